// Images whose lower half is drawn anew.
#include "lessons/completions.h"

#include "models/independent_pixels.h"
#include "tensor/reduce.h"
#include "tests/doctest.h"

using namespace gradfold;

TEST_CASE("the upper half stays, the lower is the model's") {
  Rng rng(1);
  IndependentPixels inky({.height = 5, .width = 4}, rng);
  inky.weight.mutable_value().fill(10);  // ink everywhere
  const Tensor x = rng.bernoulli(Tensor::full({3, 1, 5, 4}, Real(0.5)));
  const Tensor y = draw_lower_half(inky, x, rng);
  CHECK(identical(y.slice(2, 0, 2).contiguous(), x.slice(2, 0, 2).contiguous()));
  CHECK(sum(y.slice(2, 2, 5)).item() == 3 * 3 * 4);
}

TEST_CASE("a row for each image: itself, then ways to go on that differ below alone") {
  Rng rng(2);
  IndependentPixels even({.height = 8, .width = 8}, rng);
  even.weight.mutable_value().fill(0);
  const Tensor x = rng.bernoulli(Tensor::full({2, 1, 8, 8}, Real(0.5)));
  const Tensor rows = completions(even, x, 3, rng);
  REQUIRE(rows.shape() == Shape{8, 1, 8, 8});
  for (Index i = 0; i < 8; ++i) {
    const Tensor image = x.slice(0, i / 4, i / 4 + 1), drawn = rows.slice(0, i, i + 1);
    CHECK(identical(drawn.slice(2, 0, 4).contiguous(), image.slice(2, 0, 4).contiguous()));
    CHECK(identical(drawn.contiguous(), image.contiguous()) == (i % 4 == 0));
  }
  CHECK_FALSE(identical(rows.slice(0, 1, 2).contiguous(), rows.slice(0, 2, 3).contiguous()));
}
