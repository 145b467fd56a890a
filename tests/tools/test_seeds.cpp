// tools/seeds.sh in a tree of its own, whose ./gf is a few lines of shell.
#include <filesystem>

#include <fmt/format.h>

#include "tests/doctest.h"
#include "tests/files.h"
#include "tests/tools/process.h"

using namespace gradfold;
namespace fs = std::filesystem;

namespace {

// There are steps 1.1 and 2.10. Every call is noted, then `body` runs: $2 is the step, $5 the seed, $7 the folder.
class SeedsTree {
 public:
  explicit SeedsTree(const std::string& body) {
    fs::create_directories(folder_ / "tools");
    fs::copy_file(GRADFOLD_SOURCE_DIR "/tools/seeds.sh", folder_ / "tools/seeds.sh");
    put(folder_ / "gf", "#!/bin/sh\n[ $1 != help ] || { printf 'usage: ...\\n  1.1 a.cpp\\n  2.10 b.cpp\\n'; exit; }\n"
                        "echo \"$@\" >>ran\n" + body + "\n");
    fs::permissions(folder_ / "gf", fs::perms::owner_all);
  }
  Finished seeds(Words words) const {
    words.insert(words.begin(), folder_ / "tools/seeds.sh");
    return run(words);
  }
  std::string ran() const { return contents(folder_ / "ran"); }
  fs::path file(const std::string& name) const { return folder_ / name; }

 private:
  Scratch folder_;
};

// A result with two claims, whose texts look like others; `second` is whether the second holds.
std::string lesson_result(const std::string& second) {
  return R"(mkdir -p $7/$2 && cat >$7/$2/result.json <<end
{"step":"$2","seconds":12.3456789,"claims":[{"id":"A1","claim":"say \"holds\":false, \"id\":\"B\"","holds":true},)"
         R"({"id":"A2","claim":"x","shown":"\"seconds\":9","holds":)" + second + R"(}],"captions":["NO"]}
end
)";
}

}  // namespace

TEST_CASE("seeds: every step from every seed in turn, a row for each; 0 if all claims hold") {
  const SeedsTree tree(lesson_result("true"));
  const Finished done = tree.seeds({"2"});
  CHECK(done.exit == 0);
  CHECK(tree.ran() == "lesson 1.1 --quick --seed 1 --out out/seeds/1\n"
                      "lesson 1.1 --quick --seed 2 --out out/seeds/2\n"
                      "lesson 2.10 --quick --seed 1 --out out/seeds/1\n"
                      "lesson 2.10 --quick --seed 2 --out out/seeds/2\n");
  CHECK(done.out == "step  seed  seconds  claims\n"
                    "1.1      1   12.345  A1  A2\n"
                    "1.1      2   12.345  A1  A2\n"
                    "2.10     1   12.345  A1  A2\n"
                    "2.10     2   12.345  A1  A2\n");
}

TEST_CASE("seeds: M-N are those from M to N") {
  const SeedsTree tree(lesson_result("true"));
  CHECK(tree.seeds({"9-10", "1.1"}).exit == 0);
  CHECK(tree.ran() == "lesson 1.1 --quick --seed 9 --out out/seeds/9\n"
                      "lesson 1.1 --quick --seed 10 --out out/seeds/10\n");
}

TEST_CASE("seeds: a claim that does not hold is marked, the runs after it are made, and the end is 1") {
  const SeedsTree tree("holds=true; [ $5 != 2 ] || holds=false\n" + lesson_result("$holds") + "[ $holds = true ]");
  const Finished done = tree.seeds({"3", "2.10"});
  CHECK(done.exit == 1);
  CHECK(done.out == "step  seed  seconds  claims\n"
                    "2.10     1   12.345  A1  A2\n"
                    "2.10     2   12.345  A1  A2 NO\n"
                    "2.10     3   12.345  A1  A2\n");
}

TEST_CASE("seeds: a run without a table says where its words are; the table of another day is not its own") {
  const SeedsTree tree("echo it broke >&2; exit 139");
  fs::create_directories(tree.file("out/seeds/1/1.1"));
  put(tree.file("out/seeds/1/1.1/result.json"), R"({"seconds":1,"claims":[]})");
  const Finished done = tree.seeds({"1", "1.1"});
  CHECK(done.exit == 1);
  CHECK(contains(done.out, "1.1      1        -  no table; see out/seeds/1/1.1.log\n"));
  CHECK(contents(tree.file("out/seeds/1/1.1.log")) == "it broke\n");
}

TEST_CASE("seeds: misuse and Ctrl-C end at once") {
  for (const Words& words : {Words{}, {"0"}, {"08"}, {"-1"}, {"3-"}, {"3-2"}, {"1.1", "3"}, {"three"}}) {
    const SeedsTree tree("");
    const Finished done = tree.seeds(words);
    CHECK(done.exit == 2);
    CHECK(contains(done.err, "usage: tools/seeds.sh N [STEP...]"));
    CHECK_FALSE(fs::exists(tree.file("ran")));
  }
  const SeedsTree unknown("echo there is no step $2 >&2; exit 2");
  const Finished refused = unknown.seeds({"2", "9.9"});
  CHECK(refused.exit == 2);
  CHECK(refused.err == "there is no step 9.9\n");
  const SeedsTree stopped("exit 130");
  CHECK(stopped.seeds({"2"}).exit == 130);
  CHECK(stopped.ran() == "lesson 1.1 --quick --seed 1 --out out/seeds/1\n");
}

TEST_CASE("seeds: a lesson of the course, as it is") {
  const SeedsTree tree("shift; step=$1; shift; exec " GRADFOLD_BINARY_DIR "/lessons/lesson_$step \"$@\"");
  const Finished done = tree.seeds({"2", "3.1"});
  CHECK_MESSAGE(done.exit == 0, done.out);
  for (const char* seed : {"1", "2"}) {
    CHECK(contains(done.out, fmt::format("3.1      {} ", seed)));
    CHECK(fs::exists(tree.file(fmt::format("out/seeds/{}/3.1/result.json", seed))));
  }
  CHECK(contains(done.out, "M1  M1  M1  M1  M1\n"));
  CHECK_FALSE(contains(done.out, "NO"));
}
