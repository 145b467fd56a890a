#include "tools/bench_process.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <regex>

#include <fmt/ranges.h>

#include "tensor/check.h"
#include "tools/bench_growth.h"
#include "tools/bench_results.h"
#include "tools/subprocess.h"

namespace gradfold {
namespace {

namespace fs = std::filesystem;

struct TemporaryFile {
  const fs::path path = fs::temp_directory_path() / fmt::format("gradfold-bench-{}.json", getpid());
  ~TemporaryFile() {
    std::error_code ignored;
    fs::remove(path, ignored);
  }
};

// A regular expression that is exactly these cases, whatever Google Benchmark appends to their names.
std::string exactly(const Names& cases) {
  static const std::regex special(R"([.^$|()\[\]{}*+?\\])");
  const std::string names = std::regex_replace(fmt::format("{}", fmt::join(cases, "\n")), special, R"(\$&)");
  return "^(" + std::regex_replace(names, std::regex("\n"), "|") +
         ")(/(iterations|repeats|min_time):.*|/[a-z]*_time)*$";
}

std::regex asked_for(const BenchOptions& options) {
  const std::string all = options.filters.empty() ? "." : fmt::format("{}", fmt::join(options.filters, "|"));
  try {
    return std::regex(all, std::regex::extended);
  } catch (const std::regex_error&) {
    throw UsageError("bench", fmt::format("the filter {} is no regular expression", all));
  }
}

// gemm, conv2d, ...: what a filter may begin with.
std::string families(const Names& cases) {
  std::vector<std::string> out;
  for (const std::string& name : cases) {
    const std::string family = name.substr(0, name.find('/'));
    if (std::find(out.begin(), out.end(), family) == out.end()) out.push_back(family);
  }
  return fmt::format("{}", fmt::join(out, ", "));
}

nlohmann::ordered_json run_process(const BenchOptions& options, const Names& cases, Progress& bar) {
  const TemporaryFile file;
  lines_of(options.program, {"--benchmark_filter=" + exactly(cases), "--benchmark_out=" + file.path.string()},
           [&](const std::string& line) {
             const std::string name = case_name(line.substr(0, line.find(' ')));
             if (std::find(cases.begin(), cases.end(), name) != cases.end()) bar.step(1, name);
             if (line.starts_with("note: ")) fmt::print(stderr, "{}\n", line);
           });
  return nlohmann::ordered_json::parse(std::ifstream(file.path));
}

}  // namespace

Names lines_of(const std::string& program, const Names& words,
               const std::function<void(const std::string&)>& on_line) {
  Names lines;
  const int code = run_program(program, words, [&](const std::string& line) {
    lines.push_back(line);
    if (on_line) on_line(line);
  });
  if (code == kStoppedExit) throw Stopped();
  require(code == 0, "bench", "{} ended with {}: {}", program, code, fmt::join(lines, "\n"));
  return lines;
}

Names matching(const Names& cases, const BenchOptions& options) {
  const std::regex wanted = asked_for(options);
  Names out;
  for (const std::string& line : cases) {
    if (std::regex_search(case_name(line), wanted)) out.push_back(case_name(line));
  }
  return out;
}

void require_some(bool matched, const Names& all, const BenchOptions& options) {
  if (matched) return;
  throw UsageError("bench", fmt::format("no case{} matches {}; there are {}", options.vs ? " with a peer" : "",
                                        fmt::join(options.filters, " or "), families(all)));
}

nlohmann::ordered_json measure(const BenchOptions& options, const Names& cases, Progress& bar) {
  std::vector<Names> shares(1);
  for (const std::string& name : cases) {
    if (is_cost(name))
      shares.push_back({name});
    else
      shares[0].push_back(name);
  }
  nlohmann::ordered_json all;
  for (const Names& share : shares) {
    if (share.empty()) continue;
    const auto now = run_process(options, share, bar);
    if (all.is_null())
      all = now;
    else
      all["benchmarks"].insert(all["benchmarks"].end(), now["benchmarks"].begin(), now["benchmarks"].end());
  }
  return all;
}

}  // namespace gradfold
