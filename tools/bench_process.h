#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "viz/progress.h"

// One process of ./gf bench: which cases there are, which were asked for, and what one run of them measures.
namespace gradfold {

using Names = std::vector<std::string>;

struct BenchOptions {
  Names filters;
  std::string json_file;
  std::filesystem::path plot;  // empty: none
  bool json = false, vs = false;
  int processes = 3, threads = 0;
  std::filesystem::path program = GRADFOLD_BINARY_DIR "/gf_bench", peers = GRADFOLD_SOURCE_DIR "/bench/peers";
};

// A program was ended by Ctrl-C; what this one then exits with, as shells count.
struct Stopped {};
constexpr int kStoppedExit = 130;

// All lines of a program that must succeed; `on_line` sees them as they come.
Names lines_of(const std::string& program, const Names& words,
               const std::function<void(const std::string&)>& on_line = {});

// Those of `cases` that match one of the filters, as our case names; a UsageError if a filter cannot be read.
Names matching(const Names& cases, const BenchOptions& options);
// A UsageError that says what there is in `all`, if the filters matched nothing.
void require_some(bool matched, const Names& all, const BenchOptions& options);

// Each of these cases once, in one process: Google Benchmark's JSON. But a case of cost (bench_growth.h) notes the
// memory of its process, so it has one to itself.
nlohmann::ordered_json measure(const BenchOptions& options, const Names& cases, Progress& bar);

}  // namespace gradfold
