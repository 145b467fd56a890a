// A model in so many cases, noise in all others.
#include "lessons/noisy_mixture.h"

#include <cmath>

#include "models/independent_pixels.h"
#include "tensor/reduce.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

TEST_CASE("what noise costs, by the formula, and at most log 1 / share") {
  // p(x) = 1/2 of one image, of 3 pixels; noise says 1/8. q(x) = 1/4 * 1/2 + 3/4 * 1/8 = 7/32.
  const Tensor half = Tensor::from({Real(std::log(0.5))});
  CHECK(most_lost_to_noise(half, 3, 0.25) == doctest::Approx(std::log(0.5 / (7.0 / 32))));
  // What is as likely as noise loses nothing; the other one of the two decides.
  CHECK(most_lost_to_noise(Tensor::from({Real(std::log(0.125))}), 3, 0.25) == doctest::Approx(0));
  CHECK(most_lost_to_noise(Tensor::from({Real(std::log(0.125)), Real(std::log(0.5))}), 3, 0.25) ==
        doctest::Approx(std::log(0.5 / (7.0 / 32))));
  CHECK(most_lost_to_noise(Tensor::from({Real(-5)}), 784, 0.01) == doctest::Approx(std::log(100.0)));
  CHECK(most_lost_to_noise(half, 3, 1) == doctest::Approx(0));
}

TEST_CASE("of the samples so many are the model's, all others are noise, and they are counted") {
  Rng rng(1);
  IndependentPixels empty({.height = 6, .width = 6}, rng);
  empty.weight.mutable_value().fill(-10);  // no ink
  const NoisySamples drawn = sample_noisy(empty, {400, 1, 6, 6}, 0.25, rng);
  REQUIRE(drawn.images.shape() == Shape{400, 1, 6, 6});
  const Tensor ink = sum(drawn.images, {1, 2, 3});
  Index with_ink = 0;
  for (Index i = 0; i < 400; ++i) with_ink += ink.at({i}) > 0;
  CHECK(drawn.noise == with_ink);
  CHECK(drawn.noise > 260);  // 300 +- 9
  CHECK(drawn.noise < 340);
  CHECK(sum(ink).item() / static_cast<Real>(with_ink) == approx(18, 0.05));
}

TEST_CASE("a share that is none is named") {
  CHECK(message_of([] { most_lost_to_noise(Tensor::zeros({1}), 3, 0); }) ==
        "most_lost_to_noise: share is 0 but must be above 0, up to 1");
}
