// ./gf as a stranger meets it: a bare machine, a typo, no package manager.

#include <chrono>
#include <filesystem>
#include <string>

#include "tests/doctest.h"
#include "tests/files.h"
#include "tests/tools/process.h"

using namespace gradfold;
namespace fs = std::filesystem;

namespace {

const std::string launcher = GRADFOLD_SOURCE_DIR "/gf";

fs::path find_program(const std::string& name) {
  for (const char* folder : {"/usr/bin/", "/bin/", "/usr/local/bin/", "/opt/homebrew/bin/"}) {
    if (fs::exists(folder + name)) return folder + name;
  }
  return {};
}

// A PATH with what every Unix has and nothing to build with.
class BareMachine {
 public:
  BareMachine() {
    for (const char* name : {"bash", "env", "dirname", "sed", "grep", "awk", "cut", "tr", "paste", "id",
                             "getconf", "cat", "find", "sort", "head", "mkdir", "rm"}) {
      fs::create_symlink(find_program(name), folder_.path() / name);
    }
  }
  // Who calls: 0 is root.
  void pretend_user(int id) {
    fs::remove(folder_ / "id");  // the link, before anything is written through it
    put(folder_ / "id", "#!/bin/sh\necho " + std::to_string(id) + "\n");
    fs::permissions(folder_ / "id", fs::perms::owner_all);
  }
  // A program that prints its own name and arguments.
  void add_echo(const std::string& name) {
    put(folder_ / name, "#!/bin/sh\necho called: " + name + " \"$@\"\n");
    fs::permissions(folder_ / name, fs::perms::owner_all);
  }
  Finished gf(std::vector<std::string> words) const {
    words.insert(words.begin(), {find_program("bash").string(), launcher});
    return run(words, {.environment = {"PATH=" + folder_.path().string()}});
  }

 private:
  Scratch folder_;
};

// The launcher in a tree of its own, on a machine whose compiler, CMake and ctest only pretend: CMake builds
// in two steps, ctest says which tests it was asked for, and that 57 passed.
class LaunchedAlone {
 public:
  explicit LaunchedAlone(const std::vector<std::string>& tests) {
    fs::copy_file(launcher, folder_ / "gf");
    for (const std::string& test : tests) {
      fs::create_directories((folder_ / ("tests/" + test)).parent_path());
      put(folder_ / ("tests/" + test + ".cpp"), "");
    }
    fs::create_directories(folder_ / "tools");
    put(folder_ / "tools/size_report.sh", "echo the size report");
    program("c++", "");
    program("ninja", "");
    program("cmake", "echo '[1/2] Building a.cpp'; echo '[2/2] Linking a'");
    program("ctest", closing("100% tests passed, 0 tests failed out of 57"));
    fs::create_directories(folder_ / "include");
    for (const char* header : {"fmt/core.h", "doctest/doctest.h", "hwy/highway.h", "zlib.h", "png.h",
                               "nlohmann/json.hpp", "CLI/CLI.hpp"}) {
      fs::create_directories((folder_.path() / "include" / header).parent_path());
      put(folder_.path() / "include" / header, "");
    }
  }
  const fs::path& folder() const { return folder_.path(); }
  // What a build would have left: a program that prints its arguments.
  void pretend_built(const std::string& name) const {
    fs::create_directories((folder_ / ("build/" + name)).parent_path());
    put(folder_ / ("build/" + name), "#!/bin/sh\necho \"program: $*\"\n");
    fs::permissions(folder_ / ("build/" + name), fs::perms::owner_all);
  }
  void pretend_failed_tests() const {
    program("ctest", closing("96% tests passed, 2 tests failed out of 57") + "exit 8");
  }
  Finished gf(const std::vector<std::string>& words, std::vector<std::string> environment = {}) const {
    std::vector<std::string> all{find_program("bash").string(), folder_ / "gf", "--no-install"};
    all.insert(all.end(), words.begin(), words.end());
    const std::string path = (folder_ / "bin").string() + ":/usr/bin:/bin";
    environment.insert(environment.end(), {"PATH=" + path, "CMAKE_PREFIX_PATH=" + folder_.path().string()});
    return run(all, {.environment = environment});
  }

 private:
  void program(const std::string& name, const std::string& body) const {
    fs::create_directories(folder_ / "bin");
    put(folder_ / ("bin/" + name), "#!/bin/sh\n" + body + "\n");
    fs::permissions(folder_ / ("bin/" + name), fs::perms::owner_all);
  }
  static std::string closing(const std::string& result) {
    return "while [ $# -gt 0 ]; do [ \"$1\" != -R ] || echo \"ctest: -R $2\"; shift; done\n"
           "echo '" + result + "'\necho 'Total Test time (real) =  24.12 sec'\n";
  }

  Scratch folder_;
};

}  // namespace

TEST_CASE("the launcher is sound bash") {
  const std::string bash = find_program("bash").string();
  for (const char* script : {"gf", ".ci/run", "tools/seeds.sh", "tools/size_report.sh"}) {
    CHECK(run({bash, "-n", std::string(GRADFOLD_SOURCE_DIR "/") + script}).exit == 0);
    if (const fs::path shellcheck = find_program("shellcheck"); !shellcheck.empty()) {
      const Finished checked = run({shellcheck.string(), std::string(GRADFOLD_SOURCE_DIR "/") + script});
      CHECK_MESSAGE(checked.exit == 0, checked.out);
    }
  }
}

TEST_CASE("commands that need no build") {
  BareMachine machine;
  const Finished help = machine.gf({"help"});
  CHECK(help.exit == 0);
  for (const char* command :
       {"course", "test", "lesson", "train", "eval", "sample", "compress", "decompress", "bench", "data", "doctor",
        "graph"}) {
    CHECK(contains(help.out, std::string("./gf ") + command));
  }
  const Finished bare = machine.gf({});
  CHECK(bare.exit == 0);
  CHECK(contains(bare.out, "./gf course"));
}

TEST_CASE("a misspelt command is misuse and names the nearest") {
  BareMachine machine;
  const Finished typo = machine.gf({"tset"});
  CHECK(typo.exit == 2);
  CHECK(typo.err == "gf: unknown command 'tset'; did you mean test? (./gf help lists all)\n");
  CHECK(machine.gf({"xylophone"}).err == "gf: unknown command 'xylophone' (./gf help lists all)\n");
  const Finished later = machine.gf({"watch"});
  CHECK(later.exit == 2);
  CHECK(later.err == "gf: watch is not built yet; ./gf help lists what is\n");
}

TEST_CASE("an unknown step lists the steps") {
  const Finished step = BareMachine().gf({"lesson", "9.9"});
  CHECK(step.exit == 2);
  CHECK(contains(step.err, "gf: there is no step 9.9; the steps are"));
}

TEST_CASE("without apt the missing packages are named for brew and dnf") {
  const Finished test = BareMachine().gf({"test"});
  CHECK(test.exit == 1);
  CHECK(contains(test.err, "gf: missing: a C++20 compiler, CMake, Ninja or make"));
  CHECK(contains(test.err, "brew install gcc cmake ninja"));
  CHECK(contains(test.err, "dnf install gcc-c++ cmake ninja-build"));
  CHECK(contains(test.err, "there is no apt-get here"));
}

TEST_CASE("--no-install installs nothing") {
  BareMachine machine;
  machine.add_echo("apt-get");
  machine.add_echo("sudo");
  const Finished test = machine.gf({"test", "--no-install"});
  CHECK(test.exit == 1);
  CHECK_FALSE(contains(test.out + test.err, "called:"));
  CHECK(contains(test.err, "apt-get install g++ cmake ninja-build"));
  CHECK(contains(test.err, "gf: not installing, as --no-install asks"));
}

TEST_CASE("with apt the command is printed, then run, by root itself and by others through sudo") {
  for (const bool root : {true, false}) {
    CAPTURE(root);
    const std::string sudo = root ? "" : "sudo ";
    BareMachine machine;
    machine.pretend_user(root ? 0 : 1000);
    machine.add_echo("apt-get");
    machine.add_echo("sudo");
    const Finished test = machine.gf({"test"});  // this apt-get only pretends
    CHECK(test.exit == 1);
    const std::string install = sudo + "apt-get install -y --no-install-recommends g++ cmake ninja-build";
    const auto said = test.err.find("gf: installing what is missing: ");
    const auto called = test.err.find("called: " + install);
    CHECK(said != std::string::npos);
    CHECK_MESSAGE(called != std::string::npos, test.err);
    CHECK(said < test.err.find("called: "));
    CHECK(contains(test.err.substr(said, test.err.find('\n', said) - said), install));
    CHECK(contains(test.err, "called: " + sudo + "apt-get update"));
    CHECK(contains(test.err, "called: sudo") == !root);
    CHECK(contains(test.err, "gf: still missing after the installation: a C++20 compiler, CMake, Ninja or make"));
  }
}

TEST_CASE("data names what there is to download, and hands mnist to its script") {
  const LaunchedAlone alone({});
  put(alone.folder() / "tools/fetch_mnist.sh", "echo \"fetching into $*\"\n");
  for (const std::vector<std::string>& words : {std::vector<std::string>{"data"}, {"data", "cifar"}}) {
    const Finished refused = alone.gf(words);
    CHECK(refused.exit == 2);
    CHECK(contains(refused.err, "gf: data: name what to download; there is mnist\n"));
  }
  const Finished fetched = alone.gf({"data", "mnist", "somewhere"});
  CHECK(fetched.exit == 0);
  CHECK(fetched.out == "fetching into somewhere\n");
}

TEST_CASE("neither root nor sudo: nothing is run, and the command to ask for is named") {
  BareMachine machine;
  machine.pretend_user(1000);
  machine.add_echo("apt-get");
  const Finished test = machine.gf({"test"});
  CHECK(test.exit == 1);
  CHECK_FALSE(contains(test.out + test.err, "called:"));
  CHECK(contains(test.err, "gf: missing packages and neither root nor sudo: ask for  apt-get install -y "
                           "--no-install-recommends g++ cmake ninja-build"));
}

TEST_CASE("tests take a name and two options") {
  BareMachine machine;
  CHECK(machine.gf({"test", "--frobnicate"}).err ==
        "gf: test: unknown option --frobnicate; it takes --asan, --tsan or --size\n");
  CHECK(machine.gf({"test", "--frobnicate"}).exit == 2);
  const Finished none = machine.gf({"test", "no_such_test"});
  CHECK(none.exit == 2);
  CHECK(contains(none.err, "gf: no test is called 'no_such_test' (a layer is in nn/layers, an op in autograd/ops); "
                           "there are the folders "));
}

TEST_CASE("a test's NAME is a folder, or how a file begins") {
  const LaunchedAlone launched({"autograd/test_engine", "models/test_pixel_cnn", "models/grad_pixel_cnn",
                                "nn/test_layers", "nn/grad_layers", "nn/test_losses", "tensor/test_tensor",
                                "tensor/test_pixels"});
  const auto asked = [&](const std::string& name) { return launched.gf({"test", name}).out; };
  const std::string all = "ctest: -R ";
  CHECK(contains(asked("tensor"), all + "^(tensor/pixels|tensor/tensor)$\n"));
  CHECK(contains(asked("nn"),
            all + "^(nn/grad_layers|nn/layers|nn/losses)$\n"));  // nothing of autograd or pixel_cnn
  for (const char* name : {"nn/layers", "layers", "nn/lay", "tests/nn/test_layers.cpp"}) {
    CHECK_MESSAGE(contains(asked(name), all + "^(nn/grad_layers|nn/layers)$\n"), name);
  }
  CHECK(contains(asked("pixel_cnn"), all + "^(models/grad_pixel_cnn|models/pixel_cnn)$\n"));
  CHECK(contains(asked("grad_layers"), all + "^(nn/grad_layers)$\n"));
  CHECK(launched.gf({"test", "cnn"}).exit == 2);
}

TEST_CASE("tests end with one line: what passed, what failed, how long it took") {
  const LaunchedAlone launched({"nn/test_layers"});
  const Finished passed = launched.gf({"test"});
  CHECK(passed.exit == 0);
  CHECK(contains(passed.out, "\ngf: all 57 tests passed in 24 s\n"));
  CHECK_FALSE(contains(passed.out, "skipped"));
  CHECK_FALSE(contains(passed.out, "the size report"));
  CHECK(contains(launched.gf({"test", "--size"}).out, "the size report"));
  launched.pretend_failed_tests();
  const Finished failed = launched.gf({"test"});
  CHECK(failed.exit == 1);
  CHECK(contains(failed.out, "\ngf: 2 of 57 tests FAILED in 24 s; what they said is above\n"));
}

TEST_CASE("after the tests it is said what they could not try on this machine") {
  const LaunchedAlone launched({"nn/test_layers"});
  fs::create_directories(launched.folder() / "build/Testing/Temporary");
  put(launched.folder() / "build/Testing/Temporary/LastTest.log",
      "a.cpp:49: MESSAGE: skipped: GRADFOLD_DATA holds no mnist\nb.cpp:1: MESSAGE: skipped: no Python\n"
      "c.cpp:62: MESSAGE: skipped: GRADFOLD_DATA holds no mnist\n");
  CHECK(contains(launched.gf({"test"}).out, "gf: all 57 tests passed in 24 s\n"
                                            "gf: 1 test case skipped: no Python\n"
                                            "gf: 2 test cases skipped: GRADFOLD_DATA holds no mnist\n"));
}

TEST_CASE("help of a program that is built waits for no build; of one with newer sources it does") {
  const LaunchedAlone launched({"nn/test_layers"});
  put(launched.folder() / "tools/train.cpp", "");
  fs::create_directories(launched.folder() / "lessons/01_x");
  put(launched.folder() / "lessons/01_x/step_1_y.cpp", "");
  launched.pretend_built("gf");
  launched.pretend_built("lessons/lesson_1.1");
  const auto later = fs::file_time_type::clock::now() + std::chrono::hours(1);
  for (const char* program : {"build/gf", "build/lessons/lesson_1.1"})
    fs::last_write_time(launched.folder() / program, later);
  CHECK(launched.gf({"help", "train"}).out == "program: train --help\n");
  CHECK(launched.gf({"train", "pixel_cnn", "--help"}).out == "program: train pixel_cnn --help\n");
  CHECK(launched.gf({"lesson", "1.1", "--help"}).out == "program: --help\n");
  CHECK(contains(launched.gf({"lesson", "--help"}).out, "usage: ./gf lesson N.M [OPTIONS]"));
  CHECK_FALSE(fs::exists(launched.folder() / "build/build.log"));
  fs::last_write_time(launched.folder() / "tools/train.cpp", later + std::chrono::hours(1));
  CHECK(contains(launched.gf({"help", "train"}).out, "program: train --help\n"));
  CHECK(fs::exists(launched.folder() / "build/build.log"));
}

TEST_CASE("where you are is told by the project's out/, and a lesson started elsewhere says where it writes") {
  const LaunchedAlone launched({"nn/test_layers"});
  fs::create_directories(launched.folder() / "lessons/01_x");
  put(launched.folder() / "lessons/01_x/step_1_y.cpp", "");
  launched.pretend_built("gf");
  launched.pretend_built("lessons/lesson_1.1");
  fs::create_directories(launched.folder() / "out/1.1");
  put(launched.folder() / "out/1.1/result.json", "{}");
  CHECK(
      contains(launched.gf({}).out, "You have run every step: open " + launched.folder().string() + "/out/index.html"));
  CHECK(contains(launched.gf({"lesson", "1.1"}).err,
                 "/out; with --out " + launched.folder().string() + "/out it counts"));
  CHECK_FALSE(contains(launched.gf({"lesson", "1.1", "--out", "x"}).err, "this writes to"));
}

TEST_CASE("a long build shows a sign of life in a log, a short one is quiet") {
  const LaunchedAlone launched({"nn/test_layers"});
  const Finished slow = launched.gf({"test"}, {"GRADFOLD_LOG_EVERY=0"});
  CHECK(contains(slow.err, "gf: building, [1/2]\ngf: building, [2/2]\n"));
  CHECK_FALSE(contains(launched.gf({"test"}).err, "gf: building"));
}
