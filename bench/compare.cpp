#include "bench/compare.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <thread>

#include "bench/peak.h"
#include "tensor/parallel.h"

namespace gradfold::bench {
namespace {

double seconds(const std::function<void()>& run, int times) {
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < times; ++i) run();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / times;
}

// One way, with the number of runs that makes a turn about 2 ms and its time in each turn.
struct Turns {
  const Way& way;
  int runs = 1;
  std::vector<double> times = {};

  void take() {
    if (way.before) way.before();
    // Other libraries' threads spin for a while after their work: let them fall asleep, then warm up.
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    const double once = seconds(way.run, 1);
    runs = std::max(runs, static_cast<int>(2e-3 / std::max(once, 1e-7)));
    times.push_back(seconds(way.run, runs));
    if (way.after) way.after();
  }
  double rate(bool mean) const {
    if (!mean) return way.work / *std::min_element(times.begin(), times.end());
    return way.work * double(times.size()) / std::accumulate(times.begin(), times.end(), 0.0);
  }
};

}  // namespace

void compare(benchmark::State& state, const Comparison& comparison) {
  set_num_threads(comparison.threads);
  const Way peak{"peak", fma_work(num_threads()), [] { run_fma(); }};
  std::vector<Turns> turns;
  for (const Way& way : comparison.ways) turns.push_back({way});
  if (comparison.of_peak) turns.push_back({peak});
  for (auto _ : state) {
    for (Turns& t : turns) t.take();
    state.SetIterationTime(turns[0].times.back());
  }
  set_num_threads(0);

  const double ours = turns[0].rate(comparison.mean);
  double fastest = 0;
  std::string peer;
  for (size_t i = 1; i < comparison.ways.size(); ++i) {
    const double rate = turns[i].rate(comparison.mean);
    state.counters[turns[i].way.name] = rate;
    if (rate > fastest) fastest = rate, peer = turns[i].way.name;
  }
  state.counters["ours"] = ours;
  if (fastest > 0) {
    state.counters["peer"] = fastest;
    state.counters["ratio"] = ours / fastest;
    state.counters["goal"] = comparison.goal;
  }
  if (comparison.of_peak) state.counters["of_peak"] = ours / turns.back().rate(comparison.mean);
  state.SetLabel(peer.empty() ? comparison.unit : comparison.unit + ", peer: " + peer);
}

void as_comparison(benchmark::internal::Benchmark* b) {
  b->UseManualTime()->Iterations(15)->Unit(benchmark::kMicrosecond);
}

void TableReporter::ReportRuns(const std::vector<Run>& runs) {
  ConsoleReporter::ReportRuns(runs);
  for (const Run& run : runs)
    if (run.counters.count("ours")) rows_.push_back(run);
}

void TableReporter::print_table() const {
  if (rows_.empty()) return;
  fmt::print("\n{:<42} {:>9} {:>9} {:>6} {:>6} {:>7}\n", "case", "ours", "peer", "ratio", "goal", "of peak");
  for (const Run& row : rows_) {
    const auto number = [&](const char* counter, int digits) {
      const auto found = row.counters.find(counter);
      return found == row.counters.end() ? std::string("-") : fmt::format("{:.{}f}", double(found->second), digits);
    };
    const auto value = [&](const char* counter) { return row.counters.count(counter) ? double(row.counters.at(counter)) : 0; };
    fmt::print("{:<42} {:>9} {:>9} {:>6} {:>6} {:>7}  {}{}\n", row.run_name.function_name + "/" + row.run_name.args,
               number("ours", 1), number("peer", 1), number("ratio", 2), number("goal", 2), number("of_peak", 2),
               row.report_label, value("ratio") < value("goal") ? "  BELOW" : "");
  }
}

}  // namespace gradfold::bench
