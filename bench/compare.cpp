#include "bench/compare.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <thread>

#include "bench/peak.h"
#include "tensor/parallel.h"

namespace gradfold::bench {
namespace {

// How long to wait before a turn, and how long to run untimed first. Threads that fell asleep often wake up on the
// core of the one that woke them, and the system takes a while to spread them out.
struct Settling {
  std::chrono::milliseconds rest;
  double warm_up;          // seconds
  double longest_warm_up;  // seconds, while a run is slower than it has been
};
constexpr Settling kOurs{std::chrono::milliseconds(30), 20e-3, 20e-3};
// Other libraries' threads spin after their work, OpenBLAS's for 2^26 clocks (over 30 ms): until they sleep, they take
// a core from whoever comes next.
constexpr Settling kWithOthers{std::chrono::milliseconds(80), 60e-3, 400e-3};

double seconds(const std::function<void()>& run, int times) {
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < times; ++i) run();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / times;
}

double median(std::vector<double> v) {
  std::nth_element(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2), v.end());
  return v[v.size() / 2];
}

// One way, with the number of runs that makes a turn about 2 ms and its time in each turn.
struct Turns {
  const Way& way;
  const Settling* settling = nullptr;  // none: the turn begins at once
  int runs = 1;
  double best = std::numeric_limits<double>::infinity();  // seconds of a run, while warming up
  std::vector<double> times = {};

  void take() {
    if (way.before) way.before();
    if (settling) std::this_thread::sleep_for(settling->rest);
    const double once = warm_up();
    runs = std::max(runs, static_cast<int>(2e-3 / std::max(once, 1e-7)));
    times.push_back(seconds(way.run, runs));
    if (way.after) way.after();
  }
  // Seconds of the last run.
  double warm_up() {
    double once = seconds(way.run, 1), total = once;
    const auto warm = [&] {
      return total >= settling->warm_up && (once < 1.3 * best || total >= settling->longest_warm_up);
    };
    while (settling && num_threads() > 1 && !warm()) {
      total += once = seconds(way.run, 1);
      best = std::min(best, once);
    }
    return once;
  }
  double typical() const { return median(times); }
  double rate() const { return way.work / typical(); }
};

// Rate of `a` over rate of `b`, turn by turn: what slows both at a time leaves it as it was.
double ratio(const Turns& a, const Turns& b, bool mean) {
  std::vector<double> ratios;
  double time_a = 0, time_b = 0;
  for (size_t i = 0; i < a.times.size(); ++i) {
    ratios.push_back(a.way.work / a.times[i] / (b.way.work / b.times[i]));
    time_a += a.times[i], time_b += b.times[i];
  }
  return mean ? a.way.work / time_a / (b.way.work / time_b) : median(ratios);
}

}  // namespace

void compare(benchmark::State& state, const Comparison& comparison) {
  set_num_threads(comparison.threads);
  const Way peak{"peak", fma_work(num_threads()), [] { run_fma(); }};
  std::vector<Turns> turns;
  for (const Way& way : comparison.ways) turns.push_back({way, comparison.others_threads ? &kWithOthers : &kOurs});
  Turns peak_turns{.way = peak};  // right after ours: the clock depends on what went before
  for (auto _ : state) {
    for (Turns& t : turns) {
      t.take();
      if (comparison.of_peak && &t == &turns[0]) peak_turns.take();
    }
    state.SetIterationTime(turns[0].times.back());
  }
  set_num_threads(0);

  state.counters["ours"] = turns[0].rate();
  state.counters["ms"] = 1e3 * turns[0].typical();
  const Turns* peer = nullptr;
  for (size_t i = 1; i < comparison.ways.size(); ++i) {
    state.counters[turns[i].way.name] = turns[i].rate();
    if (!peer || turns[i].rate() > peer->rate()) peer = &turns[i];
  }
  if (peer) {
    state.counters["peer"] = peer->rate();
    state.counters["ratio"] = ratio(turns[0], *peer, comparison.mean);
    state.counters["goal"] = comparison.goal;
  }
  if (comparison.of_peak) state.counters["of_peak"] = ratio(turns[0], peak_turns, false);
  state.SetLabel(peer ? comparison.unit + ", peer: " + peer->way.name : comparison.unit);
}

void as_comparison(benchmark::internal::Benchmark* b) {
  b->UseManualTime()->Iterations(15)->Unit(benchmark::kMicrosecond);
}

}  // namespace gradfold::bench
