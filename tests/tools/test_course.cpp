// `gf course` on steps that are lines of shell.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include <fmt/format.h>

#include "tensor/check.h"
#include "tests/doctest.h"
#include "tests/files.h"
#include "tests/tools/process.h"
#include "tools/course.h"

using namespace gradfold;
namespace fs = std::filesystem;

namespace {

// A folder of steps, each of which first adds its number and its words to a list.
struct Steps {
  Scratch folder;

  void add(const std::string& id, const std::string& line) {
    fs::create_directories(folder / "programs");
    const fs::path program = folder / "programs" / ("lesson_" + id);
    put(program, fmt::format("#!/bin/sh\necho {} \"$@\" >> {}\n{}\n", id, (folder / "ran").string(), line));
    fs::permissions(program, fs::perms::owner_all);
  }
  // A step that writes its result and then ends with this code.
  void add_with_result(const std::string& id, int code) {
    add(id, fmt::format("mkdir -p {0}/{1} && cat > {0}/{1}/result.json <<'end'\n"
                        R"({{"step": "{1}", "title": "step {1}", "seconds": 1, "seed": 1, "data": "strokes", )"
                        R"("claims": [], "pictures": [], "captions": []}})"
                        "\nend\nexit {2}",
                        out(), id, code));
  }
  std::string out() const { return (folder / "out").string(); }
  std::string page() const { return contents(folder / "out/index.html"); }
  Finished run(CourseOptions options = {}) const {
    options.out = out();
    return run_function([&] { return run_course(folder / "programs", options); });
  }
  std::string ran() const { return contents(folder / "ran"); }
};

}  // namespace

TEST_CASE("course: part 2 after part 1 and step 10 after step 2, each with the options given; then the page") {
  Steps steps;
  for (const char* id : {"2.1", "1.10", "1.2"}) steps.add_with_result(id, 0);
  put(steps.folder / "programs/notes.txt", "no step");
  const Finished finished = steps.run({.full = true, .data = "mnist", .seed = "7", .threads = ""});
  CHECK(finished.exit == 0);
  const std::string words = fmt::format(" --out {} --full --data mnist --seed 7\n", steps.out());
  CHECK(steps.ran() == "1.2" + words + "1.10" + words + "2.1" + words);
  CHECK(contains(finished.out, "All pictures and tables: " + steps.out() + "/index.html"));
  CHECK_FALSE(contains(finished.out, "does not hold"));
  for (const char* id : {"1.2", "1.10", "2.1"}) CHECK(contains(steps.page(), fmt::format("step {}", id)));
}

TEST_CASE("course goes on after a step that fails or dies, names both at the end and returns 1") {
  Steps steps;
  steps.add_with_result("1.1", 1);
  steps.add("1.2", "kill -SEGV $$");
  steps.add_with_result("2.1", 0);
  const Finished finished = steps.run();
  CHECK(finished.exit == 1);
  CHECK(steps.ran() == fmt::format("1.1 --out {0}\n1.2 --out {0}\n2.1 --out {0}\n", steps.out()));
  CHECK(contains(finished.out, "Steps with a claim that does not hold, or that failed: 1.1, 1.2\n"));
  CHECK(contains(steps.page(), "step 1.1"));  // a claim that does not hold is a result
  CHECK(contains(steps.page(), "step 2.1"));
}

TEST_CASE("course: what a step left in another run is not shown as this run's") {
  Steps steps;
  steps.add_with_result("1.1", 0);
  steps.add_with_result("1.2", 0);
  REQUIRE(steps.run().exit == 0);
  steps.add("1.2", "exit 1");  // it fails before it writes
  CHECK(steps.run().exit == 1);
  CHECK(contains(steps.page(), "step 1.1"));
  CHECK_FALSE(contains(steps.page(), "step 1.2"));
}

TEST_CASE("course ends at once with 2 if a step refuses an option") {
  Steps steps;
  steps.add("1.1", "exit 2");
  steps.add("1.2", "");
  CHECK(steps.run().exit == 2);
  CHECK(steps.ran() == fmt::format("1.1 --out {}\n", steps.out()));
  CHECK_FALSE(fs::exists(steps.folder / "out/index.html"));
}

TEST_CASE("course: what cannot be written is found before the first step") {
  Steps steps;
  steps.add_with_result("1.1", 0);
  put(steps.folder / "out", "a file");
  const Finished finished = run_function([&] {
    try {
      return run_course(steps.folder / "programs", {.out = steps.folder / "out/below"});
    } catch (const Error& error) {
      return contains(error.what(), "cannot write ") && contains(error.what(), "--out") ? 1 : 99;
    }
  });
  CHECK(finished.exit == 1);
  CHECK_FALSE(fs::exists(steps.folder / "ran"));
}

TEST_CASE("course ends at the step after which its page cannot be written any more") {
  Steps steps;
  steps.add("1.1", fmt::format("mkdir -p {}/index.html/taken; exit 1", steps.out()));
  steps.add("1.2", "");
  const Finished finished = run_function([&] {
    return message_of([&] { run_course(steps.folder / "programs", {.out = steps.out()}); }) ==
                   fmt::format("cannot write {}/index.html: Is a directory\n"
                               "  hint: check that the folder exists and may be written", steps.out())
               ? 1 : 99;
  });
  CHECK(finished.exit == 1);
  CHECK_FALSE(contains(steps.ran(), "1.2"));
}

TEST_CASE("course hands a signal sent to it alone to the step that runs, and stops") {
  for (const int signal : {SIGINT, SIGTERM}) {
    Steps steps;
    steps.add("1.1", fmt::format("touch {}\nexec sleep 30", (steps.folder / "runs").string()));
    steps.add("1.2", "");
    Process course([&] { return run_course(steps.folder / "programs", {.out = steps.out()}); });
    for (int i = 0; i < 2000 && !fs::exists(steps.folder / "runs"); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    std::this_thread::sleep_for(std::chrono::milliseconds(50));  // until sleep has taken the shell's place
    course.send(signal);
    const Finished finished = course.wait();
    CHECK(finished.exit == 128 + signal);
    CHECK(contains(finished.out, "Stopped in step 1.1.\n"));
    CHECK_FALSE(contains(steps.ran(), "1.2"));
  }
}

TEST_CASE("course stops on Ctrl-C with 130 and a page of what there is") {
  Steps steps;
  steps.add_with_result("1.1", 0);
  steps.add("1.2", "kill -INT $$");
  steps.add("2.1", "");
  const Finished finished = steps.run();
  CHECK(finished.exit == 130);
  CHECK(contains(finished.out, "Stopped in step 1.2.\n"));
  CHECK_FALSE(contains(steps.ran(), "2.1"));
  CHECK(contains(steps.page(), "step 1.1"));
}
