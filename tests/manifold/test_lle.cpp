// LLE on the roll, against scikit-learn's dense solver, and on data that trip it.
#include "manifold/lle.h"

#include "data/manifolds.h"
#include "manifold/quality.h"
#include "tensor/indexing.h"
#include "tensor/random.h"
#include "tests/files.h"
#include "tests/manifold/spectral_fixture.h"

using namespace gradfold;

namespace {

// Weights of the neighbours (1, 0), (0, 1), (-1, -1) of the point (0, 0).
std::vector<double> corner_weights(double reg) {
  Indices near(Shape{1, 3});
  near.values = {0, 1, 2};
  return barycenter_weights(Tensor::zeros({1, 2}), Tensor::from({1, 0, 0, 1, -1, -1}, {3, 2}), near, reg);
}

}  // namespace

TEST_CASE("weights of a point amid three corners are a third each, whatever the regularisation") {
  for (const double reg : {0.0, 1e-6, 1e-3, 1.0})
    for (const double w : corner_weights(reg)) CHECK(w == approx(1. / 3, 1e-6));
}

TEST_CASE("weights make the point of its neighbours where there are few of them") {
  Rng rng(1);
  const Tensor x = rng.normal({4, 3}), point = rng.normal({1, 3});
  Indices near(Shape{1, 4});
  near.values = {0, 1, 2, 3};
  const std::vector<double> w = barycenter_weights(point, x, near, 0);
  for (Index c = 0; c < 3; ++c) {
    double sum = 0;
    for (Index j = 0; j < 4; ++j) sum += w[j] * x.at({j, c});
    CHECK(sum == approx(point.at({0, c}), 1e-5));
  }
  CHECK(w[0] + w[1] + w[2] + w[3] == doctest::Approx(1));
}

TEST_CASE("where all neighbours are the point itself their weights are equal, whatever the regularisation") {
  Indices near(Shape{1, 4});
  near.values = {0, 1, 2, 3};
  for (const double reg : {0., 1e-3})
    for (const double w : barycenter_weights(Tensor::ones({1, 2}), Tensor::ones({4, 2}), near, reg))
      CHECK(w == doctest::Approx(0.25));
}

TEST_CASE("LLE is scikit-learn's dense solver's: eigenvalues, map and new points") {
  Lle lle({.n_neighbors = 12});
  const Tensor y = lle.fit_transform(stored("roll/x"));
  for (Index k = 0; k < 2; ++k)  // 1e-7, so by their ratio
    CHECK(lle.eigenvalues[k] / stored("lle/eigenvalues").at({k}) == approx(1, 5e-4));
  CHECK(relative_up_to_signs(y, stored("lle/embedding")) < 1e-3);
  CHECK(relative_up_to_signs(lle.transform(stored("roll/new")), stored("lle/transform")) < 1e-3);
  CHECK(lle.reconstruction_error == lle.eigenvalues[0] + lle.eigenvalues[1]);
  CHECK(sum_of_squares(y.select(1, 0)) == doctest::Approx(1));
  CHECK(std::abs(sum(y.select(1, 0)).item()) < 1e-4);  // orthogonal to the constant
}

TEST_CASE("LLE's first coordinate on the Swiss roll is the arc length") {
  const PointCloud roll = swiss_roll(2000, Rng(1));
  Lle lle({.n_neighbors = 12});
  const Tensor y = lle.fit_transform(roll.points);
  CHECK(std::abs(correlation(y.select(1, 0), roll.chart.select(1, 0))) > 0.9995);
  CHECK(trustworthiness(roll.points, y) > 0.99);
  CHECK(continuity(roll.points, y) > 0.99);
}

TEST_CASE("LLE of the digits keeps neighbours as is known of it") {
  const Tensor x = stored("digits/x");
  const Tensor y = Lle({.n_neighbors = 10}).fit_transform(x);
  CHECK(knn_accuracy(y, stored_indices("digits/y")) == approx(0.915, 0.02));
  CHECK(trustworthiness(x, y) == approx(0.925, 0.02));
  CHECK(continuity(x, y) == approx(0.968, 0.01));
}

TEST_CASE("LLE of duplicates and constant columns") {
  const Tensor roll = swiss_roll(150, Rng(3)).points;
  const Tensor twice = concatenate({roll, roll.slice(0, 0, 50)}, 0);
  CHECK(first_non_finite(Lle({.n_neighbors = 8}).fit_transform(twice)) == -1);
  const Tensor constant = concatenate({roll, Tensor::ones({150, 2})}, 1);
  CHECK(relative_up_to_signs(Lle({.n_neighbors = 8}).fit_transform(constant),
                             Lle({.n_neighbors = 8}).fit_transform(roll)) < 1e-3);
  CHECK(first_non_finite(Lle({.n_neighbors = 8, .reg = 0}).fit_transform(roll)) == -1);
}

TEST_CASE("LLE names what is wrong") {
  const Tensor x = stored("roll/x");
  CHECK(contains(message_of([&] { Lle({.n_neighbors = 5}).fit(stored("apart/x")); }), "2 parts of 40, 30 points"));
  CHECK(contains(message_of([&] { Lle({.n_neighbors = 8}).fit(x.slice(0, 0, 8)); }), "from 1 to 7"));
  CHECK(contains(message_of([&] { Lle({.n_neighbors = 2}).fit(x.slice(0, 0, 3)); }), "at least 4 points"));
  CHECK(contains(message_of([&] { Lle({.n_neighbors = 4, .n_components = 6}).fit(x.slice(0, 0, 8)); }), "from 1 to 5"));
  CHECK(contains(message_of([&] { Lle({.reg = -1}).fit(x); }), "must not be negative"));
  CHECK(contains(message_of([&] { Lle().transform(x); }), "call fit(x) first"));
}
