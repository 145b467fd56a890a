#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <vector>

#include "bench/compare.h"
#include "bench/training.h"
#include "tensor/check.h"
#include "tensor/matmul.h"
#include "tensor/parallel.h"

// What is left of a loop's speed when another process keeps one of the cores busy, and after a pause.
namespace gradfold::bench {
namespace {

// A process that does nothing but count, stopped but for the turns that want it.
class BusyNeighbour {
 public:
  BusyNeighbour() : parent_(getpid()), pid_(fork()) {
    // A signal sent to -1 would go to every process there is.
    require(pid_ >= 0, "busy_neighbour", "the system lets no other process start: {}", std::strerror(errno));
    if (pid_ == 0) count_until_killed();
    pause();
  }
  ~BusyNeighbour() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  BusyNeighbour(const BusyNeighbour&) = delete;
  BusyNeighbour& operator=(const BusyNeighbour&) = delete;
  void pause() { kill(pid_, SIGSTOP); }
  void resume() { kill(pid_, SIGCONT); }

 private:
  // Killed with the bench as well, should that end without its destructors.
  [[noreturn]] void count_until_killed() const {
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    if (getppid() != parent_) _exit(0);  // it ended before this line
    for (volatile unsigned long count = 0;;) count = count + 1;
  }

  pid_t parent_, pid_;
};

// The goal is a rate no lower than 1 / 2.5 of the undisturbed one.
void compare_with_neighbour(benchmark::State& state, const std::function<void()>& run) {
  BusyNeighbour neighbour;
  compare(state, {.unit = "1/s", .goal = 0.4, .mean = true,
                  .ways = {{"ours", 1, run, [&] { neighbour.resume(); }, [&] { neighbour.pause(); }},
                           {"undisturbed", 1, run}}});
}

// 500 loops of 16 chunks of an eighth of a microsecond.
void bench_short_loops(benchmark::State& state) {
  std::vector<Real> v(1 << 16, Real(0.5));
  compare_with_neighbour(state, [&] {
    for (int i = 0; i < 500; ++i)
      parallel_for(Index(v.size()), 1 << 12, [&](Index begin, Index end) {
        for (Index j = begin; j < end; ++j) v[size_t(j)] = v[size_t(j)] * Real(0.5) + Real(0.25);
      });
  });
}

// The first milliseconds of work after a pause, all turns together: a helper on its caller's core makes two threads as
// slow as one.
void bench_after_pause(benchmark::State& state) {
  using Clock = std::chrono::steady_clock;
  constexpr int kProducts = 20;
  const Tensor a = Tensor::full({256, 256}, 0.5), b = a.clone();
  const auto seconds = [&](int threads) {
    set_num_threads(threads);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    const auto start = Clock::now();
    for (int i = 0; i < kProducts; ++i) matmul(a, b);
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  double one = 0, two = 0;
  int turns = 0;
  for (auto _ : state) {
    one += seconds(1);
    const double time = seconds(2);
    two += time, ++turns;
    state.SetIterationTime(time);
  }
  set_num_threads(0);
  state.counters["ours"] = kProducts * turns / two;
  state.counters["peer"] = kProducts * turns / one;
  state.counters["ratio"] = one / two;
  state.counters["goal"] = 1.5;
  state.counters["ms"] = 1e3 * two / turns;
  state.SetLabel("products/s, peer: one thread");
}

void bench_step_beside_another(benchmark::State& state) {
  ModelTraining training = pixel_cnn_training(state.range(0));
  compare_with_neighbour(state, [&] { training.step(); });
}

BENCHMARK(bench_short_loops)->Name("busy_neighbour/short_loops")->Apply(as_comparison);
BENCHMARK(bench_after_pause)->Name("after_pause/matmul_256")->Iterations(100)->UseManualTime();
BENCHMARK(bench_step_beside_another)->Name("busy_neighbour/pixel_cnn_step")->Arg(16)->Arg(64)->Apply(as_comparison);

}  // namespace
}  // namespace gradfold::bench
