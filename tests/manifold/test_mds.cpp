// Classical MDS against its definition in double, and against PCA.
#include "manifold/mds.h"

#include "manifold/distances.h"
#include "manifold/pca.h"
#include "tensor/random.h"
#include "tests/files.h"
#include "tests/manifold/spectral_fixture.h"

using namespace gradfold;

TEST_CASE("classical MDS of Euclidean distances is PCA") {
  Rng rng(1);
  for (const Index n : {100, 600}) {  // the whole decomposition, and Lanczos
    const Tensor x = rng.normal({n, 5}) * Tensor::from({5, 4, 3, 2, 1});
    const Tensor y = ClassicalMds({.n_components = 3}).fit_transform(x);
    CHECK(relative_up_to_signs(y, Pca({.n_components = 3}).fit_transform(x)) < 1e-4);
  }
}

TEST_CASE("classical MDS of distances on a sphere is NumPy's") {
  ClassicalMds mds({.n_components = 3});
  const Tensor y = mds.fit_transform_distances(stored("mds/distances"));
  CHECK(relative_up_to_signs(y, stored("mds/embedding")) < 1e-5);
  for (Index k = 0; k < 3; ++k)
    CHECK(mds.eigenvalues[k] == approx(stored("mds/eigenvalues").at({k}), 1e-6));
}

TEST_CASE("classical MDS gives back the distances of a square, and no third dimension") {
  const Tensor corners = Tensor::from({0, 0, 1, 0, 1, 1, 0, 1}, {4, 2});
  ClassicalMds mds({.n_components = 3});
  const Tensor y = mds.fit_transform(corners);
  CHECK(allclose(squared_distances(y), squared_distances(corners), 0, 1e-5));
  CHECK(max(abs(y.select(1, 2))).item() < 1e-3);
}

TEST_CASE("classical MDS of a grid, whose distances have exactly two dimensions, is the grid") {
  for (const Index side : {15, 20}) {  // the whole decomposition, and Lanczos
    Tensor grid({side * side, 2});
    for (Index i = 0; i < side * side; ++i) grid.set({i, 0}, Real(i % side)), grid.set({i, 1}, Real(i / side));
    for (const Index k : {1, 2, 3}) {
      ClassicalMds mds({.n_components = k});
      const Tensor y = mds.fit_transform(grid);
      const double axis = static_cast<double>(side * side * (side * side - 1)) / 12;  // a coordinate's sum of squares
      for (Index c = 0; c < std::min<Index>(k, 2); ++c)
        CHECK(mds.eigenvalues[c] == approx(axis, 1e-5));
      if (k >= 2) CHECK(allclose(squared_distances(y), squared_distances(grid), 0, 1e-2));
    }
  }
}

TEST_CASE("a component without a positive eigenvalue is all 0") {
  Tensor d({4, 4});  // squares of the distances on a line: one positive eigenvalue, a 0 and two negative ones
  for (Index i = 0; i < 4; ++i)
    for (Index j = 0; j < 4; ++j) d.set({i, j}, Real((i - j) * (i - j)));
  ClassicalMds mds({.n_components = 3});
  const Tensor y = mds.fit_transform_distances(d);
  CHECK(mds.eigenvalues[0] > 1);
  CHECK(mds.eigenvalues[2] < -0.5);
  CHECK(max(abs(y.select(1, 0))).item() > 1);
  CHECK(max(abs(y.select(1, 1))).item() < 1e-3);
  CHECK(max(abs(y.select(1, 2))).item() == 0);
}

TEST_CASE("distances of a few columns and of many are right, and 0 to itself") {
  Rng rng(2);
  for (const Index d : {3, 40}) {
    const Tensor x = rng.normal({70, d}) + 5;
    const Tensor squares = squared_distances(x);
    for (const Index i : {0, 13, 69})
      for (const Index j : {0, 13, 42})
        CHECK(squares.at({i, j}) == approx(sum_of_squares(x.select(0, i) - x.select(0, j)), 1e-4));
    CHECK(squares.at({33, 33}) == 0);
  }
}

TEST_CASE("MDS names what is wrong") {
  Tensor d = stored("mds/distances").clone();
  CHECK(contains(message_of([&] { ClassicalMds({.n_components = 60}).fit_transform_distances(d); }), "from 1 to 59"));
  CHECK(contains(message_of([&] { ClassicalMds().fit_transform_distances(d.slice(0, 0, 10)); }), "[10, 60]"));
  d.set({3, 4}, 9);
  CHECK(contains(message_of([&] { ClassicalMds().fit_transform_distances(d); }), "must be symmetric"));
  d.set({2, 2}, 1);
  CHECK(contains(message_of([&] { ClassicalMds().fit_transform_distances(d); }), "it must be 0"));
}
