#include "lessons/principal_angle.h"

#include <cmath>
#include <numbers>

#include "tensor/matmul.h"
#include "tensor/random.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

TEST_CASE("the angle between two planes is that of the direction in which they differ most") {
  for (const double degrees : {0.1, 1.0, 30.0, 90.0}) {
    CAPTURE(degrees);
    const auto c = static_cast<Real>(std::cos(degrees * std::numbers::pi / 180));
    const auto s = static_cast<Real>(std::sin(degrees * std::numbers::pi / 180));
    const Tensor a = Tensor::from({1, 0, 0, 1, 0, 0, 0, 0}, {4, 2});          // e1, e2
    const Tensor b = Tensor::from({1, 0, 0, c, 0, s, 0, 0}, {4, 2});          // e1, e2 turned towards e3
    CHECK(largest_principal_angle(a, b) == approx(degrees, 1e-3));
  }
}

TEST_CASE("other axes of the same subspace are no angle") {
  Rng rng(1);
  const Tensor a = rng.normal({50, 6}), turned = matmul(a, rng.normal({6, 6}));
  CHECK(largest_principal_angle(a, turned) < 0.01);
  CHECK(largest_principal_angle(a, rng.normal({50, 6})) > 60);
  CHECK(contains(message_of([&] { largest_principal_angle(a, rng.normal({50, 5})); }),
                 "b is [50, 5] but must be [50, 6]"));
}
