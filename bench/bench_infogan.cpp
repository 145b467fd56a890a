// A training step of InfoGAN, of the paper's size: an update of the discriminator and one of the generator, 28x28.
#include "bench/compare.h"
#include "models/infogan.h"
#include "nn/optim/adam.h"

namespace gradfold::bench {
namespace {

void bench_infogan_step(benchmark::State& state) {
  const Index images = state.range(0);
  Rng rng(1);
  InfoGan model({}, rng);
  Adam discriminator(model.discriminator_parameters(), {.lr = 2e-4, .beta1 = 0.5});
  Adam generator(model.generator_parameters(), {.lr = 1e-3, .beta1 = 0.5});
  const Tensor x = rng.bernoulli(Tensor::full({images, 1, 28, 28}, Real(0.15)));
  const auto step = [&] {
    const InfoGanCodes codes = model.draw(images, rng);
    const Var drawn = model.generate(codes);
    const Var of_discriminator = model.discriminator_loss(x, drawn.value(), codes);
    discriminator.zero_grad();
    of_discriminator.backward();
    discriminator.step();
    model.freeze_discriminator(true);
    const Var of_generator = model.generator_loss(drawn, codes);
    generator.zero_grad();
    of_generator.backward();
    generator.step();
    model.freeze_discriminator(false);
  };
  compare(state, {.unit = "images/s", .ways = {{"ours", static_cast<double>(images), step}}});
}
BENCHMARK(bench_infogan_step)->Name("infogan/step")->Arg(128)->Apply(as_comparison);

}  // namespace
}  // namespace gradfold::bench
