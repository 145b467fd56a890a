// A step of Adam over the weights of a 784-400 layer: with gradients, and long after they have ended, as those of
// pixels that are blank in every image have. Averages that shrink for ever would take ten times as long
// (nn/optim/decay.h).
#include <string>
#include <vector>

#include "bench/compare.h"
#include "nn/optim/adam.h"
#include "tensor/random.h"

namespace gradfold::bench {
namespace {

void bench_adam(benchmark::State& state, int threads, bool ended) {
  Rng rng(1);
  Var weight(rng.normal({784, 400}), true), other(rng.normal({784, 400}), true);
  Adam ours({weight}, {.lr = 1e-3}), fresh({other}, {.lr = 1e-3});
  weight.mutable_grad() = other.mutable_grad() = rng.normal({784, 400});
  ours.step();
  if (ended) {
    weight.mutable_grad() = Tensor::zeros({784, 400});
    for (int i = 0; i < 1500; ++i) ours.step();
  }
  const double updates = 784 * 400 * 1e-6;
  std::vector<Way> ways = {{"ours", updates, [&] { ours.step(); }}};
  if (ended) ways.push_back({"with gradients", updates, [&] { fresh.step(); }});
  compare(state, {.unit = "M updates/s", .goal = 0.9, .threads = threads, .ways = ways});
}

const bool optimizers = [] {
  for (int threads : {1, 2}) {
    const std::string end = "/784x400/threads:" + std::to_string(threads);
    as_comparison(benchmark::RegisterBenchmark(("optimizer/adam" + end).c_str(), bench_adam, threads, false));
    as_comparison(benchmark::RegisterBenchmark(("optimizer/adam_ended" + end).c_str(), bench_adam, threads, true));
  }
  return true;
}();

}  // namespace
}  // namespace gradfold::bench
