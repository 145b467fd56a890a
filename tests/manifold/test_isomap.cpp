// Isomap on the roll it was made for, against scikit-learn, and on data that trip it.
#include "manifold/isomap.h"

#include "data/manifolds.h"
#include "manifold/distances.h"
#include "manifold/pca.h"
#include "manifold/quality.h"
#include "tensor/indexing.h"
#include "tensor/random.h"
#include "tests/files.h"
#include "tests/manifold/spectral_fixture.h"

using namespace gradfold;

namespace {

double chart_correlation(const PointCloud& cloud, const Tensor& y) {
  return distance_agreement(sqrt(squared_distances(cloud.chart)), y).pearson;
}

}  // namespace

TEST_CASE("Isomap unrolls the Swiss roll, which PCA cannot") {
  const PointCloud roll = swiss_roll(1500, Rng(1));
  CHECK(chart_correlation(roll, Pca({.n_components = 2}).fit_transform(roll.points)) < 0.5);
  Isomap isomap({.n_neighbors = 10});
  const Tensor y = isomap.fit_transform(roll.points);
  CHECK(chart_correlation(roll, y) > 0.9993);
  CHECK(isomap.residual_variance() < 1e-3);
  CHECK(trustworthiness(roll.points, y) > 0.999);
  CHECK(continuity(roll.points, y) > 0.999);
  Isomap line({.n_neighbors = 10, .n_components = 1}), space({.n_neighbors = 10, .n_components = 3});
  CHECK(line.fit(roll.points).residual_variance() > 10 * isomap.residual_variance());  // the elbow is at 2
  CHECK(space.fit(roll.points).residual_variance() > 0.5 * isomap.residual_variance());
}

TEST_CASE("Isomap is scikit-learn's: map, eigenvalues, error and new points") {
  Isomap isomap({.n_neighbors = 10});
  const Tensor y = isomap.fit_transform(stored("roll/x"));
  CHECK(relative(isomap.geodesics.slice(0, 0, 3), stored("isomap/geodesics")) < 1e-5);
  CHECK(relative_up_to_signs(y, stored("isomap/embedding")) < 1e-4);
  for (Index k = 0; k < 2; ++k)
    CHECK(isomap.eigenvalues[k] == approx(stored("isomap/eigenvalues").at({k}), 1e-4));
  CHECK(isomap.reconstruction_error() == approx(stored("isomap/reconstruction_error").item(), 1e-3));
  const Tensor turned = isomap.transform(stored("roll/new"));
  CHECK(relative_up_to_signs(turned, stored("isomap/transform")) < 1e-4);
  CHECK(relative(isomap.transform(stored("roll/x")), y) < 1e-3);  // a fitted point lands where it is
}

TEST_CASE("Isomap of the digits keeps neighbours as is known of it") {
  const Tensor x = stored("digits/x");
  const Tensor y = Isomap({.n_neighbors = 10}).fit_transform(x);
  CHECK(knn_accuracy(y, stored_indices("digits/y")) == approx(0.736, 0.02));
  CHECK(trustworthiness(x, y) == approx(0.837, 0.01));
  CHECK(continuity(x, y) == approx(0.967, 0.01));
}

TEST_CASE("Isomap joins parts as scikit-learn does, or names them") {
  Isomap isomap({.n_neighbors = 5});
  const Tensor y = isomap.fit_transform(stored("apart/x"));
  CHECK(isomap.parts.count() == 2);
  CHECK(relative_up_to_signs(y, stored("apart/embedding")) < 1e-4);
  const std::string message = message_of([] {
    Isomap({.n_neighbors = 5, .join_components = false}).fit(stored("apart/x"));
  });
  CHECK(contains(message, "2 parts of 40, 30 points"));
  CHECK(contains(message, "hint: more n_neighbors"));
}

TEST_CASE("Isomap of a line is the line, of points on it all the way as well") {
  for (const Index n : {200, 400}) {  // the whole decomposition, and Lanczos
    const Tensor x = Tensor::arange(n).reshape({n, 1});
    Isomap isomap({.n_neighbors = 4, .n_components = 2});
    const Tensor y = isomap.fit_transform(x);
    const Real sign = y.at({0, 0}) < y.at({n - 1, 0}) ? 1 : -1;
    CHECK(allclose(y.select(1, 0) * sign, Tensor::arange(n) - Real(n - 1) / 2, 1e-4, 1e-2));
    CHECK(max(abs(y.select(1, 1))).item() < 0.1);
  }
}

TEST_CASE("Isomap of duplicates, of constant columns, and of few points") {
  const Tensor roll = swiss_roll(60, Rng(3)).points;
  const Tensor twice = concatenate({roll, roll, Tensor::ones({4, 3})}, 0);
  CHECK(first_non_finite(Isomap({.n_neighbors = 6}).fit_transform(twice)) == -1);
  const Tensor constant = concatenate({roll, Tensor::ones({60, 2})}, 1);
  CHECK(relative_up_to_signs(Isomap().fit_transform(constant), Isomap().fit_transform(roll)) < 1e-5);
  CHECK(first_non_finite(Isomap({.n_neighbors = 2}).fit_transform(roll.slice(0, 0, 3))) == -1);
  CHECK(max(abs(Isomap({.n_neighbors = 3}).fit_transform(Tensor::ones({10, 2})))).item() == 0);
}

TEST_CASE("Isomap names what is wrong") {
  const Tensor x = stored("roll/x");
  CHECK(message_of([&] { Isomap({.n_neighbors = 10}).fit(x.slice(0, 0, 8)); }) ==
        "Isomap: n_neighbors is 10 but there are 8 points; it must be from 1 to 7");
  CHECK(contains(message_of([&] { Isomap().fit(x.slice(0, 0, 2)); }), "at least 3 points"));
  CHECK(contains(message_of([&] { Isomap({.n_neighbors = 3, .n_components = 9}).fit(x.slice(0, 0, 8)); }),
                 "from 1 to 7"));
  CHECK(contains(message_of([&] { Isomap().transform(x); }), "call fit(x) first"));
}
