// Distances to a circle have a formula; so has the mean of where a point between two others comes from.
#include "lessons/curve_points.h"

#include <cmath>
#include <numbers>

#include "tensor/random.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

TEST_CASE("distance to a circle is | |x| - radius |") {
  std::vector<Real> circle;
  for (int i = 0; i < 4000; ++i) {
    const double t = 2 * std::numbers::pi * i / 4000;
    circle.push_back(static_cast<Real>(2 * std::cos(t))), circle.push_back(static_cast<Real>(2 * std::sin(t)));
  }
  const Tensor curve = Tensor::from(circle, {4000, 2});
  const Tensor points = Rng(1).normal({50, 2}, 0, 2), d = distance_to_curve(points, curve);
  REQUIRE(d.shape() == Shape{50});
  for (Index i = 0; i < 50; ++i) {
    const double radius = std::hypot(points.at({i, 0}), points.at({i, 1}));
    CHECK(d.at({i}) == doctest::Approx(std::abs(radius - 2)).epsilon(0.01).scale(0.1));
  }
}

TEST_CASE("a point comes from two places as their likelihoods say, and with little noise from the nearer") {
  const Tensor two = Tensor::from({0, 0, 1, 0}, {2, 2}), point = Tensor::from({Real(0.25), 3}, {1, 2});
  // Weights exp(-0.25^2 / 2 s^2) and exp(-0.75^2 / 2 s^2), s = 0.5: the second is e^-1 of the first.
  const Tensor z = mean_origin(point, two, Real(0.5));
  CHECK(z.at({0, 0}) == approx(std::exp(-1) / (1 + std::exp(-1)), 1e-4));
  CHECK(z.at({0, 1}) == doctest::Approx(0));
  CHECK(mean_origin(point, two, Real(0.01)).at({0, 0}) == approx(0, 1e-6));
}

TEST_CASE("a lattice near a curve: its points within reach, from below and from the left") {
  // A line of two points on the first axis; the lattice is -1, 0, 1 both ways.
  const Tensor curve = Tensor::from({0, 0, 1, 0}, {2, 2});
  const Tensor near = lattice_near(curve, 1, 3, 1);
  CHECK(near.shape() == Shape{7, 2});
  CHECK(near.to_vector() == std::vector<Real>{0, -1, 1, -1, -1, 0, 0, 0, 1, 0, 0, 1, 1, 1});
  CHECK(lattice_near(curve, 1, 3, Real(0.5)).to_vector() == std::vector<Real>{0, 0, 1, 0});
}

TEST_CASE("misuse is named") {
  const Tensor x = Tensor::zeros({3, 2});
  CHECK(contains(message_of([&] { mean_origin(x, Tensor::zeros({4, 3}), 1); }), "curve is [4, 3] but must be [M, 2]"));
  CHECK(contains(message_of([&] { mean_origin(x, x, 0); }), "sigma is 0 but must be above 0"));
  CHECK(contains(message_of([&] { lattice_near(Tensor::zeros({1, 2}), 1, 1, 1); }), "steps is 1 but must be 2 or"));
}
