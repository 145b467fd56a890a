#pragma once
#include <benchmark/benchmark.h>

#include <functional>
#include <string>
#include <vector>

// How cases are measured that hold ours against others: all ways of doing one piece of work take turns in one run, so
// that a disturbance of the machine meets them all, and what counts is the ratio.
//
//   void bench_add(benchmark::State& state) {
//     Tensor x = Tensor::ones({1 << 22}), y = x.clone();
//     compare(state, {.unit = "GB/s", .goal = 1.0,
//                     .ways = {{"ours", 12e-9 * x.numel(), [&] { add(...); }},
//                              {"plain loop", 12e-9 * x.numel(), [&] { for (...) ...; }}}});
//   }
//   BENCHMARK(bench_add)->Name("add/4M")->Apply(as_comparison);
//
// A file of such cases in bench/ is all it takes: the sources are globbed.
namespace gradfold::bench {

// One way of doing the work. Rate = work / seconds; the first way of a comparison is ours.
struct Way {
  std::string name;
  double work;  // in the comparison's unit times seconds, per run
  std::function<void()> run;
  std::function<void()> before = {}, after = {};  // not timed
};

struct Comparison {
  std::string unit = "GFLOP/s";
  double goal = 1;        // the ratio aimed at: our rate over that of the fastest other way
  bool of_peak = false;   // also show the share of the measured multiply-add peak
  int threads = 0;        // for ours and for the peak; 0: all
  bool others_threads = false;  // some way brings threads of its own, which are left time to fall asleep
  bool mean = false;      // ratio of the total times, where what disturbs is the point; else median turn
  std::vector<Way> ways;
};

// Takes every way once per iteration of the state. The counters get each way's rate by its name, and
// ours, peer (the fastest other), ratio, goal, of_peak, and ms, ours in a turn of the middle.
void compare(benchmark::State& state, const Comparison& comparison);

// Settings that compare() needs: times are its own.
void as_comparison(benchmark::internal::Benchmark* b);

}  // namespace gradfold::bench
