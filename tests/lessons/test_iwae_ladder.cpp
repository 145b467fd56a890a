// Bounds with more and more draws.
#include "lessons/iwae_ladder.h"

#include <cmath>

#include "tests/doctest.h"

using namespace gradfold;

TEST_CASE("weights by hand: the mean of their logs, then the log of their mean") {
  // Weights 1 and 3 for one image, 1 and 1 for the other, which gains nothing.
  const Real log3 = static_cast<Real>(std::log(3.0));
  const IwaeLadder ladder = iwae_ladder(Tensor::from({0, log3, 0, 0}, {2, 2}), {1, 2});
  REQUIRE(ladder.nats.size() == 2);
  CHECK(ladder.nats[0] == doctest::Approx(-std::log(3.0) / 4));
  CHECK(ladder.nats[1] == doctest::Approx(-std::log(2.0) / 2));
  CHECK(ladder.str() == "K = 1: -0.27, K = 2: -0.35");
}
