// The shape of the tree, read from its files: who includes whom, that every test file is run, and that no op
// and no layer is left out of the tables that tests run over.
#include <algorithm>
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "tests/doctest.h"
#include "tests/files.h"
#include "tests/op_table.h"
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
  static const std::regex include(R"re(^\s*#\s*include\s*(["<])([^">/]+)(/[^">]*)?)re");
  std::smatch match;
  if (!std::regex_search(line, match, include)) return {};
  const std::string target = match[2];
  if (match[1] == "<") return match[3].matched && arrows.count(target) ? "is ours, so in quotes: " + line : "";
  if (!match[3].matched) return "is not written from the root: " + line;
  const bool known = arrows.count(target) || target == "bench" || target == "tools" || target == "tests";
  if (!known) return "names no folder of the project: " + line;
  if (target == folder || arrows.at(folder).count(target)) return {};
  return "runs against the arrows: " + line;
}

using Names = std::set<std::string>;

// All that group 1 of `pattern` matches in `text`.
Names words_in(const std::string& text, const std::string& pattern) {
  const std::regex regex(pattern);
  Names out;
  for (auto at = std::sregex_iterator(text.begin(), text.end(), regex); at != std::sregex_iterator(); ++at)
    out.insert((*at)[1]);
  return out;
}

// The text of every file of a folder that ends in `extension`, without comments, which may show code as well.
std::string all_of(const fs::path& folder, const std::string& extension) {
  std::string text;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.path().extension() == extension) text += contents(entry.path());
  return std::regex_replace(text, std::regex("//[^\n]*"), "");
}

// Ops as sources name them: record("tanh", record_part("slice", ...
Names ops_named_in(const std::string& text) { return words_in(text, R"re(\brecord\w*\(\s*"(\w+)")re"); }

// Functions of a .cpp that are handed an op's name. They are called record..., or ops_named_in() would miss it.
Names functions_of_an_op(const std::string& text) { return words_in(text, R"re((\w+)\(const char\* op\b)re"); }

const std::string kClassOf = R"re(\b(?:class|struct)\s+(\w+)(?:\s+final)?\s*:\s*(?:public\s+)?)re";

// Classes that a header derives from Module, directly or through another class there.
Names modules_in(const std::string& text) {
  Names found, bases = {"Module"};
  while (!bases.empty()) {
    Names next;
    for (const std::string& base : bases)
      next.merge(words_in(text, kClassOf + base + "\\b"));
    found.insert(next.begin(), next.end());
    bases = next;
  }
  return found;
}

// Layers without a row in tests/nn/layer_cases.h, and why.
const std::map<std::string, std::string> layers_without_a_row = {
    {"BatchNorm", "what BatchNorm1d and BatchNorm2d share; nobody makes one"},
    {"Direction", "one half of DiagonalBiLstm, which has rows"},
    {"Dropout", "draws random numbers, so no stored result; test_layers.cpp and grad_layers.cpp"},
    {"DropoutStream", "numbers to draw, no layer of x; test_layers.cpp"},
    {"WeightNormed", "what ShiftedConv2d and ShiftedConvTranspose2d share; nobody makes one"},
    {"LstmCell", "takes a state besides x; test_lstm.cpp holds Lstm against it"},
    {"Flatten", "changes the shape only; test_layers.cpp"},
    {"Unflatten", "as Flatten"},
    {"Embedding", "takes indices, not numbers; test_layers_torch.cpp, test_layers.cpp and grad_layers.cpp"},
};

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
  CHECK(objection("tensor", "#include <autograd/var.h>") != "");
  CHECK(objection("nn", "#include <vector>") == "");
  CHECK(objection("tensor", "#include <sys/mman.h>") == "");
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

TEST_CASE("every op has a row in the op table, whether or not a test happens to call it") {
  Names rows;
  for (const OpRow& row : op_table()) rows.insert(row.op());
  Names ops;
  for (const char* folder : {"autograd/ops", "nn", "models"}) {
    const std::string text = all_of(root / folder, ".h") + all_of(root / folder, ".cpp");
    ops.merge(ops_named_in(text));
    for (const std::string& function : functions_of_an_op(text))
      CHECK_MESSAGE(function.starts_with("record"), function);
  }
  CHECK(ops.size() > 50);
  for (const std::string& op : ops)
    CHECK_MESSAGE(rows.count(op) == 1, op << " has no row in tests/op_table.cpp, so no gradient check");
  for (const std::string& op : rows)
    CHECK_MESSAGE(ops.count(op) == 1, op << " has a row, but no source records it");
}

TEST_CASE("an op is seen however its name reaches the graph") {
  CHECK(ops_named_in("return record(\"tanh\", {x}, y, f);") == Names{"tanh"});
  CHECK(ops_named_in("record_part(\n    \"slice\", x, f); record_winner(\"max\", x)") == Names{"slice", "max"});
  CHECK(ops_named_in("require(ok, \"conv2d\", \"x\");") == Names{});
  CHECK(functions_of_an_op("Var unary(const char* op, const Var& x)") == Names{"unary"});
}

TEST_CASE("every layer has a row in the layer table, or a reason to have none") {
  const Names layers = modules_in(all_of(root / "nn", ".h"));
  CHECK(layers.size() > 15);
  const std::string table = contents(root / "tests/nn/layer_cases.h");
  const Names rows = words_in(table, R"re(\b(?:making|make_unique|child)<(\w+)>)re");
  for (const std::string& layer : layers) {
    const bool has_row = rows.count(layer) == 1, excused = layers_without_a_row.count(layer) == 1;
    CHECK_MESSAGE((has_row || excused), layer << " has no row in tests/nn/layer_cases.h");
    CHECK_MESSAGE(!(has_row && excused), layer << " has a row: take it off the list of those without");
  }
  for (const auto& [layer, reason] : layers_without_a_row)
    CHECK_MESSAGE(layers.count(layer) == 1, layer << " is excused but is no layer of nn/");
}

TEST_CASE("a layer is seen, also one that is derived from another") {
  const std::string text =
      "class A : public Module {};\nstruct B : Module {};\n"
      "class C final : public A {};\nclass D : public Modules {};";
  CHECK(modules_in(text) == Names{"A", "B", "C"});
}

TEST_CASE("a filter that matches no case fails") {
  const std::string program = GRADFOLD_BINARY_DIR "/tests/test_tools";
  CHECK(run({program, "--source-file=*no_such_file.cpp"}).exit == 1);
  CHECK(run({program, "--test-case=an include against the arrows is seen"}).exit == 0);
}
