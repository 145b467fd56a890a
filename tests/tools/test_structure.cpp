// The shape of the tree, read from its files: who includes whom, and that every test file is run.
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "tests/doctest.h"
#include "tests/files.h"
#include "tests/tools/process.h"

using namespace gradfold;
namespace fs = std::filesystem;

namespace {

const fs::path root = GRADFOLD_SOURCE_DIR;

// What a folder may include besides itself: the arrows of docs/design.md. bench, tools and tests see all.
const std::map<std::string, std::set<std::string>> arrows = {
    {"tensor", {}},
    {"autograd", {"tensor"}},
    {"nn", {"tensor", "autograd"}},
    {"models", {"tensor", "autograd", "nn", "data"}},
    {"manifold", {"tensor"}},
    {"data", {"tensor"}},
    {"viz", {"tensor"}},
    {"lessons", {"tensor", "autograd", "nn", "models", "manifold", "data", "viz"}},
};

bool is_source(const fs::path& path) { return path.extension() == ".h" || path.extension() == ".cpp"; }

// Whether a file of `folder` may hold this line, and if not why.
std::string objection(const std::string& folder, const std::string& line) {
  static const std::regex quoted(R"re(^\s*#\s*include\s*"([^"/]+)(/[^"]*)?")re");
  std::smatch match;
  if (!std::regex_search(line, match, quoted)) return {};
  const std::string target = match[1];
  if (!match[2].matched) return "is not written from the root: " + line;
  const bool known = arrows.count(target) || target == "bench" || target == "tools" || target == "tests";
  if (!known) return "names no folder of the project: " + line;
  if (target == folder || arrows.at(folder).count(target)) return {};
  return "runs against the arrows: " + line;
}

}  // namespace

TEST_CASE("includes follow the arrows") {
  int files = 0;
  for (const auto& [folder, allowed] : arrows) {
    if (!fs::exists(root / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      if (!is_source(entry.path())) continue;
      ++files;
      std::istringstream text(contents(entry.path()));
      for (std::string line; std::getline(text, line);) {
        INFO(entry.path().string());
        CHECK(objection(folder, line) == "");
      }
    }
  }
  CHECK(files > 20);
}

TEST_CASE("an include against the arrows is seen") {
  CHECK(objection("tensor", "#include \"autograd/var.h\"") != "");
  CHECK(objection("viz", "#include \"nn/linear.h\"") != "");
  CHECK(objection("models", "#include \"viz/png.h\"") != "");
  CHECK(objection("nn", "#include \"linear.h\"") != "");
  CHECK(objection("nn", "#include \"autograd/var.h\"") == "");
  CHECK(objection("nn", "#include <vector>") == "");
}

TEST_CASE("every test file is run") {
  const std::string listed = contents(fs::path(GRADFOLD_BINARY_DIR) / "CTestTestfile.cmake");
  int files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(root / "tests")) {
    if (!is_source(entry.path()) || contents(entry.path()).find("\nTEST_CASE") == std::string::npos) continue;
    ++files;
    INFO(entry.path().string());
    // A case in a file of another name, or a folder deeper, would be compiled into no program.
    CHECK(std::regex_match(entry.path().filename().string(), std::regex("(test|grad)_.*\\.cpp")));
    const std::string relative = fs::relative(entry.path(), root).string();
    CHECK(listed.find("--source-file=*/" + relative + "\"") != std::string::npos);
  }
  CHECK(files > 3);
}

TEST_CASE("a filter that matches no case fails") {
  const std::string program = GRADFOLD_BINARY_DIR "/tests/test_tools";
  CHECK(run({program, "--source-file=*no_such_file.cpp"}).exit == 1);
  CHECK(run({program, "--test-case=an include against the arrows is seen"}).exit == 0);
}
