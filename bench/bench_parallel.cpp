#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vector>

#include "bench/compare.h"
#include "tensor/kernels/conv2d.h"
#include "tensor/parallel.h"

// What a loop costs, and how much of it is left when another process keeps one of the cores busy.
namespace gradfold::bench {
namespace {

// A process that does nothing but count, stopped but for the turns that want it.
class BusyNeighbour {
 public:
  BusyNeighbour() : pid_(fork()) {
    volatile unsigned long count = 0;
    while (pid_ == 0) count = count + 1;
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
  pid_t pid_;
};

// The goal is a rate no lower than 1 / 2.5 of the undisturbed one.
void compare_with_neighbour(benchmark::State& state, const std::function<void()>& run) {
  BusyNeighbour neighbour;
  compare(state, {.unit = "1/s", .goal = 0.4, .mean = true,
                  .ways = {{"ours", 1, run, [&] { neighbour.resume(); }, [&] { neighbour.pause(); }},
                           {"undisturbed", 1, run}}});
}

// 500 loops of 16 chunks of a few microseconds.
void bench_short_loops(benchmark::State& state) {
  std::vector<Real> v(1 << 16, Real(0.5));
  compare_with_neighbour(state, [&] {
    for (int i = 0; i < 500; ++i)
      parallel_for(Index(v.size()), 1 << 12, [&](Index begin, Index end) {
        for (Index j = begin; j < end; ++j) v[size_t(j)] = v[size_t(j)] * Real(0.5) + Real(0.25);
      });
  });
}

// The loops of a training step: convolutions 64 -> 32 -> 32 -> 64, forward and backward, over 16 images.
void bench_training_step(benchmark::State& state) {
  constexpr Index kImages = 16, kBlocks = 7, kPixels = 28 * 28;
  std::vector<Tap> mask_b;
  for (int t = 0; t < 5; ++t) mask_b.push_back({t / 3, t % 3});
  const ConvGeometry layers[] = {
      {.n = kImages, .c_in = 64, .h = 28, .w = 28, .c_out = 32, .kh = 1, .kw = 1},
      {.n = kImages, .c_in = 32, .h = 28, .w = 28, .c_out = 32, .kh = 3, .kw = 3, .pad_h = 1, .pad_w = 1, .taps = mask_b},
      {.n = kImages, .c_in = 32, .h = 28, .w = 28, .c_out = 64, .kh = 1, .kw = 1}};
  std::vector<Real> x(kImages * 64 * kPixels, Real(0.1)), y = x, weight(64 * 64 * 9, Real(0.01)), dweight = weight, bias(64);
  compare_with_neighbour(state, [&] {
    for (Index block = 0; block < kBlocks; ++block)
      for (const ConvGeometry& g : layers) conv2d_forward(g, x.data(), weight.data(), bias.data(), true, y.data());
    for (Index block = 0; block < kBlocks; ++block)
      for (const ConvGeometry& g : layers) {
        conv2d_backward_weight(g, x.data(), y.data(), dweight.data(), bias.data());
        conv2d_backward_input(g, y.data(), weight.data(), x.data());
      }
  });
}

BENCHMARK(bench_short_loops)->Name("busy_neighbour/short_loops")->Apply(as_comparison);
BENCHMARK(bench_training_step)->Name("busy_neighbour/training_step")->Apply(as_comparison);

}  // namespace
}  // namespace gradfold::bench
