// The gradients of InfoGAN's two losses, in double, for every parameter that they train.
#include "autograd/gradient_check.h"
#include "tensor/elementwise.h"
#include "tests/doctest.h"
#include "tests/models/small_infogan.h"

using namespace gradfold;

namespace {

void check_losses(InfoGanConfig config) {
  Rng rng(3);
  InfoGan model(config, rng);
  for (auto [name, parameter] : model.named_parameters())
    add_(parameter.mutable_value(), rng.normal(parameter.shape()), Real(0.1));
  const Tensor x = rng.bernoulli(Tensor::full({4, 1, 8, 8}, Real(0.4)));
  const InfoGanCodes codes = model.draw(4, rng);
  const Tensor drawn = model.generate(codes).value();
  InfoGan::Changed changed;
  if (config.invariance > 0) {
    changed = {rng.bernoulli(Tensor::full({4, 1, 8, 8}, Real(0.4))), rng.uniform({4, 1, 8, 8})};
  }
  // So small a step that hardly any of the many leaky ReLUs has its kink within it.
  const GradientCheckOptions options = {.step = 1e-6, .rtol = 1e-6, .max_elements = 40};
  const GradientCheck discriminator = check_gradients(
      "discriminator_loss", [&] { return model.discriminator_loss(x, drawn, codes, changed); },
      model.discriminator_parameters(), options);
  INFO(discriminator.message);
  CHECK(discriminator.ok);
  model.freeze_discriminator(true);
  const GradientCheck generator = check_gradients(
      "generator_loss", [&] { return model.generator_loss(model.generate(codes), codes); },
      model.generator_parameters(), options);
  INFO(generator.message);
  CHECK(generator.ok);
}

}  // namespace

TEST_CASE("InfoGAN: both losses have the right gradients") { check_losses(small_infogan()); }

TEST_CASE("so has the discriminator's with the agreement of categories in it") {
  InfoGanConfig config = small_infogan();
  config.invariance = 150;
  check_losses(config);
}

TEST_CASE("the GAN that a Q looks at: the generator's loss has the right gradient") {
  // The discriminator's has not, on purpose: what Q says of the trunk does not reach it.
  Rng rng(4);
  InfoGan model(small_infogan(0, 0), rng);
  const InfoGanCodes codes = model.draw(4, rng);
  model.freeze_discriminator(true);
  const GradientCheck generator = check_gradients(
      "generator_loss", [&] { return model.generator_loss(model.generate(codes), codes); },
      model.generator_parameters(), {.step = 3e-5, .rtol = 1e-6, .max_elements = 40});
  INFO(generator.message);
  CHECK(generator.ok);
}
