// A Gaussian fitted to rows.
#include "lessons/gaussian_like.h"

#include "tensor/elementwise.h"
#include "tensor/matmul.h"
#include "tensor/reduce.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

TEST_CASE("draws have the rows' mean and covariance, also where a column never varies") {
  Rng rng(1);
  // Columns a, 2 a + b / 2 and 7: variances 1, 4.25 and 0, covariance of the first two 2.
  const Tensor ab = rng.normal({4000, 2});
  Tensor x({4000, 3});
  for (Index i = 0; i < 4000; ++i) {
    x.set({i, 0}, ab.at({i, 0}));
    x.set({i, 1}, 2 * ab.at({i, 0}) + ab.at({i, 1}) / 2);
    x.set({i, 2}, 7);
  }
  const Tensor y = gaussian_like(x, 4000, rng), middle = mean(y, {0}), off = y - middle;
  REQUIRE(y.shape() == Shape{4000, 3});
  const Tensor covariance = matmul(off, off, {.transpose_a = true}) / Real(4000);
  CHECK(middle.at({0}) == doctest::Approx(0).epsilon(0.1).scale(1));
  CHECK(middle.at({2}) == approx(7, 0.01));
  CHECK(covariance.at({0, 0}) == approx(1, 0.1));
  CHECK(covariance.at({0, 1}) == approx(2, 0.1));
  CHECK(covariance.at({1, 1}) == approx(4.25, 0.1));
  CHECK(covariance.at({2, 2}) < 1e-4);
}

TEST_CASE("one row has no covariance") {
  Rng rng(1);
  CHECK(contains(message_of([&] { gaussian_like(Tensor::zeros({1, 3}), 5, rng); }), "1 row has no covariance"));
}
