// ./gf as a stranger meets it: a bare machine, a typo, no package manager.
#include <doctest/doctest.h>


#include <filesystem>

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
    for (const char* name : {"bash", "env", "dirname", "sed", "grep", "awk", "cut", "tr", "paste", "id", "getconf", "cat",
                             "find", "sort", "head", "mkdir", "rm"}) {
      fs::create_symlink(find_program(name), folder_.path() / name);
    }
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

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("the launcher is sound bash") {
  const std::string bash = find_program("bash").string();
  for (const char* script : {"gf", ".ci/run", "tools/size_report.sh"}) {
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
  for (const char* command : {"course", "test", "lesson", "train", "eval", "sample", "bench", "data", "doctor", "graph"}) {
    CHECK(has(help.out, std::string("./gf ") + command));
  }
  const Finished bare = machine.gf({});
  CHECK(bare.exit == 0);
  CHECK(has(bare.out, "./gf course"));
}

TEST_CASE("a misspelt command is misuse and names the nearest") {
  BareMachine machine;
  const Finished typo = machine.gf({"tset"});
  CHECK(typo.exit == 2);
  CHECK(typo.err == "gf: unknown command 'tset'; did you mean test? (./gf help lists all)\n");
  CHECK(machine.gf({"xylophone"}).err == "gf: unknown command 'xylophone' (./gf help lists all)\n");
  const Finished later = machine.gf({"embed"});
  CHECK(later.exit == 2);
  CHECK(later.err == "gf: embed is not built yet; ./gf help lists what is\n");
}

TEST_CASE("an unknown step lists the steps") {
  const Finished step = BareMachine().gf({"lesson", "9.9"});
  CHECK(step.exit == 2);
  CHECK(has(step.err, "gf: there is no step 9.9; the steps are"));
}

TEST_CASE("without apt the missing packages are named for brew and dnf") {
  const Finished test = BareMachine().gf({"test"});
  CHECK(test.exit == 1);
  CHECK(has(test.err, "gf: missing: a C++20 compiler, CMake, Ninja or make"));
  CHECK(has(test.err, "brew install gcc cmake ninja"));
  CHECK(has(test.err, "dnf install gcc-c++ cmake ninja-build"));
  CHECK(has(test.err, "there is no apt-get here"));
}

TEST_CASE("--no-install installs nothing") {
  BareMachine machine;
  machine.add_echo("apt-get");
  machine.add_echo("sudo");
  const Finished test = machine.gf({"test", "--no-install"});
  CHECK(test.exit == 1);
  CHECK_FALSE(has(test.out + test.err, "called:"));
  CHECK(has(test.err, "apt-get install g++ cmake ninja-build"));
  CHECK(has(test.err, "gf: not installing, as --no-install asks"));
}

TEST_CASE("with apt the command is printed, then run") {
  BareMachine machine;
  machine.add_echo("apt-get");
  machine.add_echo("sudo");
  const Finished test = machine.gf({"test"});  // this apt-get only pretends
  CHECK(test.exit == 1);
  const auto said = test.err.find("gf: installing what is missing: ");
  const auto called = test.err.find("called: ");
  CHECK(said != std::string::npos);
  CHECK(called != std::string::npos);
  CHECK(said < called);
  CHECK(has(test.err, "install -y --no-install-recommends g++ cmake ninja-build"));
  CHECK(has(test.err, "gf: still missing after the installation: a C++20 compiler, CMake, Ninja or make"));
}

TEST_CASE("tests take a name and two options") {
  BareMachine machine;
  CHECK(machine.gf({"test", "--frobnicate"}).err == "gf: test: unknown option --frobnicate; it takes --asan or --tsan\n");
  CHECK(machine.gf({"test", "--frobnicate"}).exit == 2);
  const Finished none = machine.gf({"test", "no_such_test"});
  CHECK(none.exit == 2);
  CHECK(has(none.err, "gf: no test is called 'no_such_test'; the folders are "));
}
