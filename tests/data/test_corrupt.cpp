#include "data/corrupt.h"

#include <cmath>

#include "tensor/elementwise.h"
#include "tensor/reduce.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

TEST_CASE("Gaussian noise has the mean 0 and the deviation that was asked for, and is not cut off") {
  Rng rng(1);
  const Tensor x = rng.uniform({100, 1, 20, 20}), off = add_gaussian_noise(x, Real(0.4), rng) - x;
  CHECK(std::abs(mean(off).item()) < 0.4 * 4 / 200);  // four standard errors of 40,000
  CHECK(std::sqrt(mean(square(off)).item()) == approx(0.4, 0.015));
  CHECK(min(x + off).item() < -0.5);
  CHECK(identical(add_gaussian_noise(x, 0, rng), x));
}

TEST_CASE("masking sets its share of the elements to 0 and leaves the others as they are") {
  Rng rng(2);
  const Tensor x = rng.uniform({100, 1, 20, 20}, Real(0.1), 1), y = mask_out(x, Real(0.25), rng);
  const double lost = mean(equal(y, Tensor::scalar(0))).item();
  CHECK(lost == approx(0.25, 0.04));
  CHECK(mean(equal(y, x)).item() == doctest::Approx(1 - lost));
  CHECK(max(mask_out(x, 1, rng)).item() == 0);
  CHECK(identical(mask_out(x, 0, rng), x));
}

TEST_CASE("salt and pepper: its share of the elements, half 0 and half 1") {
  Rng rng(3);
  const Tensor x = rng.uniform({100, 1, 20, 20}, Real(0.1), Real(0.9)), y = salt_and_pepper(x, Real(0.2), rng);
  const double pepper = mean(equal(y, Tensor::scalar(0))).item(), salt = mean(equal(y, Tensor::scalar(1))).item();
  CHECK(pepper == approx(0.1, 0.06));
  CHECK(salt == approx(0.1, 0.06));
  CHECK(mean(equal(y, x)).item() == doctest::Approx(1 - pepper - salt));
  CHECK(contains(message_of([&] { salt_and_pepper(x, Real(1.5), rng); }), "share is 1.5 but must be 0..1"));
}
