// A training step of the PixelCNN of the lectures' size: 64 maps in the trunk, 32 inside, 7 blocks, 28x28.
// images/s, and the most memory that tensors held; bench_memory takes 1,000 steps and shows the growth, which
// must be 0.
#include <benchmark/benchmark.h>

#include "models/pixel_cnn.h"
#include "nn/optim/adam.h"

namespace gradfold {
namespace {

struct Training {
  explicit Training(Index batch, PixelCnnConfig config)
      : rng(1), model(config, rng), optimizer(model.parameters(), {.lr = 1e-3}),
        x(rng.bernoulli(Tensor::full({batch, 1, 28, 28}, Real(0.15)))) {}

  void step() {
    const Var loss = model.nll(x);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
  }

  Rng rng;
  PixelCnn model;
  Adam optimizer;
  Tensor x;
};

double megabytes(std::size_t bytes) { return static_cast<double>(bytes) / (1 << 20); }

void bench_training_step(benchmark::State& state) {
  Training training(state.range(0), {.maps = 32, .blocks = 7});
  training.step();
  for (auto _ : state) training.step();
  state.counters["images/s"] =
      benchmark::Counter(static_cast<double>(state.iterations() * state.range(0)), benchmark::Counter::kIsRate);
  state.counters["peak_MB"] = megabytes(pool_stats().peak);
}
BENCHMARK(bench_training_step)->Name("pixel_cnn/step")->Arg(16)->Arg(64)->Unit(benchmark::kMillisecond)->UseRealTime();

// A tenth of the width, so that 1,000 steps take seconds: what grows does so whatever the width.
void bench_memory(benchmark::State& state) {
  Training training(8, {.maps = 4, .blocks = 7});
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
}  // namespace gradfold
