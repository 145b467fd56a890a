// A training step of the VAE that most papers begin with: 784-400-20 and back, 128 binary images of 28x28.
#include "bench/compare.h"
#include "models/vae.h"
#include "nn/optim/adam.h"

namespace gradfold::bench {
namespace {

void bench_vae_step(benchmark::State& state) {
  const Index images = state.range(0);
  Rng rng(1);
  Vae model({.latents = 20, .hidden = 400}, rng);
  Adam optimizer(model.parameters(), {.lr = 1e-3});
  const Tensor x = rng.bernoulli(Tensor::full({images, 1, 28, 28}, Real(0.15)));
  const auto step = [&] {
    const Var loss = model.loss(x, {}, rng);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
  };
  compare(state, {.unit = "images/s", .ways = {{"ours", static_cast<double>(images), step}}});
}
BENCHMARK(bench_vae_step)->Name("vae/step/400-20")->Arg(128)->Apply(as_comparison);

}  // namespace
}  // namespace gradfold::bench
