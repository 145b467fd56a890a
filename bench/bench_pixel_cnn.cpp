// A training step of the PixelCNN of the lectures' size: 64 maps in the trunk, 32 inside, 7 blocks, 28x28.
// images/s, and the most memory that tensors held; bench_memory takes 1,000 steps and shows the growth, which
// must be 0.
#include <fmt/format.h>

#include "bench/compare.h"
#include "bench/training.h"

namespace gradfold::bench {
namespace {

double megabytes(std::size_t bytes) { return static_cast<double>(bytes) / (1 << 20); }

void bench_pixel_cnn_step(benchmark::State& state) {
  ModelTraining training = pixel_cnn_training(state.range(0));
  const auto step = [&] { training.step(); };
  compare(state, {.unit = "images/s", .ways = {{"ours", static_cast<double>(state.range(0)), step}}});
  const double peak = megabytes(pool_stats().peak);
  state.counters["peak_MB"] = peak;
  state.SetLabel(fmt::format("images/s, peak {:.0f} MB", peak));
}
BENCHMARK(bench_pixel_cnn_step)->Name("pixel_cnn/step")->Arg(16)->Arg(64)->Apply(as_comparison);

// A tenth of the width, so that 1,000 steps take seconds: what grows does so whatever the width.
void bench_memory(benchmark::State& state) {
  ModelTraining training = pixel_cnn_training(8, {.maps = 4, .blocks = 7});
  for (int i = 0; i < 10; ++i) training.step();
  for (auto _ : state) {
    const PoolStats before = pool_stats();
    for (int i = 0; i < 1000; ++i) training.step();
    const PoolStats after = pool_stats();
    state.counters["peak_growth_MB"] = megabytes(after.peak - before.peak);
    state.counters["in_use_growth_MB"] = megabytes(after.in_use) - megabytes(before.in_use);
    state.counters["cached_growth_MB"] = megabytes(after.cached) - megabytes(before.cached);
  }
}
BENCHMARK(bench_memory)->Name("pixel_cnn/1000_steps")->Unit(benchmark::kSecond)->UseRealTime()->Iterations(1);

}  // namespace
}  // namespace gradfold::bench
