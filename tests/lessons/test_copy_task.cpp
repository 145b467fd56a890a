// The copied dot: what it costs whoever does not look, and who learns it.
#include "lessons/copy_task.h"

#include <cmath>

#include "models/independent_pixels.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

TEST_CASE("a copied dot: guessed by whoever does not look, and drawn as described") {
  const Tensor dots = copied_dots(3);
  CHECK(dots.to_vector() == std::vector<Real>{1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0,  //
                                              0, 0, 1, 0, 0, 0, 1, 1, 1, 0, 0, 1});
  Rng rng(3);
  IndependentPixels even({.height = 4, .width = 3}, rng);
  even.weight.mutable_value().fill(0);  // every pixel is 0 or 1 with equal chance
  CHECK(nats_of_copy(even, dots) == doctest::Approx(std::log(2.0)));
  CHECK(message_of([] { copied_dots(1); }) == "copied_dots: the rows are 1 apart but must be 2 or more");
}

TEST_CASE("a PixelCNN learns to copy as far as it sees, 3 rows and one for each block, and no further") {
  Rng rng(7);
  CHECK(learn_to_copy(1, 4, rng) < 0.05);
  CHECK(learn_to_copy(1, 5, rng) > std::log(2.0) - 1e-4);
  CHECK(learn_to_copy(2, 5, rng) < 0.05);
}
