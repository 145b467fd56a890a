// Points that are there several times: a map that is a function of the data draws them in one place. (t-SNE and UMAP
// draw them near each other; tests of theirs see that nothing ends in NaN. Estimates of dimension count them once.)
#include <cmath>

#include "data/manifolds.h"
#include "manifold/distances.h"
#include "manifold/isomap.h"
#include "manifold/lda.h"
#include "manifold/lle.h"
#include "manifold/mds.h"
#include "manifold/pca.h"
#include "tensor/indexing.h"
#include "tensor/random.h"
#include "tests/files.h"
#include "tests/manifold/map_fixture.h"
#include "tests/manifold/spectral_fixture.h"

using namespace gradfold;

namespace {

Tensor twice(const Tensor& x) { return concatenate({x, x}, 0); }

Indices twice(const Indices& labels) {
  Indices out = labels;
  out.values.insert(out.values.end(), labels.values.begin(), labels.values.end());
  out.shape = Shape{out.numel()};
  return out;
}

// Three places [3, 4], `copies` points at each in turn.
Tensor three_places(Index copies) {
  const Tensor places = Rng(7).normal({3, 4});
  return concatenate(std::vector<Tensor>(static_cast<std::size_t>(copies), places), 0);
}

// How far the second half of y's rows lies from the first, at most, over the largest coordinate.
double halves_apart(const Tensor& y) {
  const Index n = y.size(0) / 2;
  REQUIRE(all_finite(y));
  return relative(y.slice(0, n, 2 * n), y.slice(0, 0, n));
}

}  // namespace

TEST_CASE("a linear map has the same bits for equal points") {
  const Tensor x = twice(stored("digits/x").slice(0, 0, 300));
  const Indices labels = twice(stored_indices("digits/y").slice(0, 300));
  for (const auto solver : {PcaOptions::Solver::kExact, PcaOptions::Solver::kRandomized})
    CHECK(halves_apart(Pca({.n_components = 3, .svd_solver = solver}).fit_transform(x)) == 0);
  CHECK(halves_apart(Lda().fit_transform(x, labels)) == 0);
}

TEST_CASE("LDA of every point twice is LDA of the points, but for the count in the covariance") {
  const Tensor x = stored("digits/x").slice(0, 0, 300);
  const Indices labels = stored_indices("digits/y").slice(0, 300);
  Lda once, both;
  const Tensor y = once.fit_transform(x, labels), z = both.fit_transform(twice(x), twice(labels)).slice(0, 0, 300);
  const Real scale = std::sqrt(Real(600 - 10) / Real(2 * (300 - 10)));
  CHECK(relative_up_to_signs(z / scale, y) < 1e-3);
  CHECK(relative(both.explained_variance_ratio, once.explained_variance_ratio) < 1e-4);
  CHECK(both.predict(x).values == once.predict(x).values);
}

TEST_CASE("LDA of classes that are one point each, many times: nothing varies within, and one that varies is enough") {
  Tensor x = three_places(20);
  Indices labels(Shape{60});
  for (Index i = 0; i < 60; ++i) labels[i] = static_cast<std::int32_t>(i % 3);
  CHECK(message_of([&] { Lda().fit(x, labels); }) ==
        "Lda: x does not vary within the classes\n  hint: give each class points that differ");
  CHECK(contains(message_of([&] { Lda({.shrinkage = 0.5}).fit(x, labels); }), "does not vary within the classes"));
  for (Index i = 0; i < 60; i += 3) x.slice(0, i, i + 1).copy_from(Rng(static_cast<std::uint64_t>(i)).normal({1, 4}));
  const Tensor y = Lda().fit_transform(x, labels);
  REQUIRE(all_finite(y));
  CHECK(identical(y.select(0, 1), y.select(0, 58)));
}

TEST_CASE("classical MDS and Isomap of three places have three places and their distances") {
  for (const Index copies : {20, 200}) {  // the whole decomposition, and Lanczos: of a matrix of rank 2
    CAPTURE(copies);
    const Tensor x = three_places(copies), away = sqrt(squared_distances(x.slice(0, 0, 3)));
    const double width = max(away).item();
    // Isomap's graph has a part for each place, joined by edges as long as the places are apart.
    for (const Tensor& y : {ClassicalMds().fit_transform(x), Isomap().fit_transform(x)}) {
      REQUIRE(all_finite(y));
      CHECK(max(abs(sqrt(squared_distances(y.slice(0, 0, 3))) - away)).item() < 1e-4 * width);
      double spread = 0;
      for (Index i = 3; i < y.size(0); ++i)
        spread = std::max<double>(spread, max(abs(y.select(0, i) - y.select(0, i % 3))).item());
      CHECK(spread < 1e-4 * width);
    }
    // What is left for a third coordinate is rounding, in squares.
    CHECK(max(abs(ClassicalMds({.n_components = 3}).fit_transform(x).select(1, 2))).item() < 1e-3 * width);
  }
}

TEST_CASE("MDS, Isomap and LLE of a roll, every point twice") {
  const Tensor roll = swiss_roll(200, Rng(3)).points, x = twice(roll);
  const Tensor y = ClassicalMds().fit_transform(x);
  CHECK(halves_apart(y) < 1e-4);
  CHECK(relative_up_to_signs(y.slice(0, 0, 200), ClassicalMds().fit_transform(roll)) < 1e-4);
  CHECK(halves_apart(Isomap({.n_neighbors = 9}).fit_transform(x)) < 1e-4);
  // LLE: with an odd number of neighbours two twins are mixed alike, of each other and of whole pairs.
  CHECK(halves_apart(Lle({.n_neighbors = 9}).fit_transform(x)) < 1e-4);
}

TEST_CASE("LLE of places that are points many times has no path between them, and says so") {
  CHECK(contains(message_of([] { Lle().fit(three_places(20)); }), "3 parts of 20, 20, 20 points, and LLE needs one"));
  CHECK(all_finite(Lle().fit_transform(Tensor::ones({30, 3}))));  // one place is a part
}
