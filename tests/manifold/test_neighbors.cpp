#include "manifold/neighbors.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tensor/parallel.h"
#include "tensor/random.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

namespace {

// All distances in double, sorted by distance and then by row.
Neighbors brute_force(const Tensor& queries, const Tensor& x, Index k, bool self) {
  const Index m = queries.size(0), n = x.size(0), d = x.size(1);
  Neighbors out{Indices(Shape{m, k}), Tensor({m, k})};
  for (Index i = 0; i < m; ++i) {
    std::vector<std::pair<double, std::int32_t>> all;
    for (Index j = 0; j < n; ++j)
      if (!self || i != j)
        all.emplace_back(squared_distance(queries.data() + i * d, x.data() + j * d, d), static_cast<std::int32_t>(j));
    std::sort(all.begin(), all.end());
    for (Index j = 0; j < k; ++j) {
      out.index[i * k + j] = all[j].second;
      out.distance.data()[i * k + j] = static_cast<Real>(std::sqrt(all[j].first));
    }
  }
  return out;
}

void check_exact(const Tensor& x, Index k) {
  const Neighbors found = nearest_neighbors(x, k), truth = brute_force(x, x, k, true);
  CHECK(found.index.shape == Shape{x.size(0), k});
  CHECK(found.index.values == truth.index.values);
  CHECK(identical(found.distance, truth.distance));
}

}  // namespace

TEST_CASE("squared distances are sums of squares") {
  for (Index d : {1, 2, 7, 8, 9, 50}) {
    Rng rng(static_cast<std::uint64_t>(d));
    const Tensor x = rng.normal({2, d});
    double sum = 0;
    for (Index c = 0; c < d; ++c) sum += std::pow(double(x.at({0, c})) - double(x.at({1, c})), 2);
    CHECK(squared_distance(x.data(), x.data() + d, d) == approx(sum, 1e-14));
  }
}

TEST_CASE("neighbours are those of comparing all distances in double") {
  Rng rng(1);
  for (Index n : {2, 3, 33, 500, 513, 1500})
    for (Index d : {1, 2, 50}) {
      CAPTURE(n);
      CAPTURE(d);
      const Tensor x = rng.normal({n, d});
      for (Index k : {Index{1}, Index{5}, Index{90}, n - 1})
        if (k < n) check_exact(x, k);
    }
}

TEST_CASE("points that lie far from the origin, close together or far apart are told apart") {
  Rng rng(2);
  Tensor x = rng.normal({1200, 3});
  Tensor far = x.clone(), tiny = x.clone(), huge = x.clone(), outlier = x.clone();
  for (Index i = 0; i < x.numel(); ++i) {
    far.data()[i] += 1e4f;
    tiny.data()[i] *= 1e-18f;
    huge.data()[i] *= 1e18f;
  }
  for (Index c = 0; c < 3; ++c) outlier.data()[c] = 1e6f;
  for (const Tensor& points : {far, tiny, huge, outlier}) check_exact(points, 15);
}

TEST_CASE("duplicates are neighbours, in the order of their rows") {
  check_exact(Tensor::ones({1100, 4}), 10);       // all of them
  Rng rng(3);
  const Tensor grid = rng.bernoulli(Tensor::full({1300, 5}, Real(0.5)));  // 32 places for 1,300 points
  check_exact(grid, 20);
  const Neighbors same = nearest_neighbors(Tensor::ones({4, 2}), 2);
  CHECK(same.index.values == std::vector<std::int32_t>{1, 2, 0, 2, 0, 1, 0, 1});
  CHECK(same.distance.at({0, 0}) == 0);
}

TEST_CASE("queries may be other points") {
  Rng rng(4);
  const Tensor x = rng.normal({700, 6}), queries = rng.normal({130, 6}, 0, 2);
  for (Index k : {1, 10, 700}) {
    const Neighbors found = nearest_neighbors(queries, x, k), truth = brute_force(queries, x, k, false);
    CHECK(found.index.values == truth.index.values);
    CHECK(identical(found.distance, truth.distance));
  }
  const Neighbors itself = nearest_neighbors(x, x.clone(), 1);  // a query's equal counts
  for (Index i = 0; i < 700; ++i) CHECK(itself.index[i] == i);
  CHECK(nearest_neighbors(Tensor({0, 6}), x, 3).index.shape == Shape{0, 3});
}

TEST_CASE("a view is read as the points it shows") {
  Rng rng(5);
  const Tensor wide = rng.normal({20, 300});
  const Neighbors found = nearest_neighbors(wide.transpose(0, 1), 4);
  CHECK(found.index.values == nearest_neighbors(wide.transpose(0, 1).contiguous(), 4).index.values);
}

TEST_CASE("the same bits for any number of threads") {
  const Tensor x = Rng(6).normal({2000, 10});
  set_num_threads(1);
  const Neighbors one = nearest_neighbors(x, 15);
  for (int threads : {2, 3}) {
    set_num_threads(threads);
    const Neighbors many = nearest_neighbors(x, 15);
    CHECK(many.index.values == one.index.values);
    CHECK(identical(many.distance, one.distance));
  }
  set_num_threads(0);
}

TEST_CASE("bad input gets a sentence") {
  const Tensor x = Tensor::ones({5, 2});
  CHECK(message_of([&] { nearest_neighbors(x, 5); }) ==
        "nearest_neighbors: k is 5 but must be from 1 to 4: x has 5 points, and a point is not its own neighbour");
  CHECK(message_of([&] { nearest_neighbors(x, 0); }).starts_with("nearest_neighbors: k is 0"));
  CHECK(message_of([&] { nearest_neighbors(x, x, 6); }) ==
        "nearest_neighbors: k is 6 but must be from 1 to 5, the number of points in x");
  CHECK(message_of([&] { nearest_neighbors(Tensor::ones({4}), 1); })
            .starts_with("nearest_neighbors: x is [4] but must be [N, D]"));
  CHECK(message_of([&] { nearest_neighbors(Tensor::ones({1, 4}), 1); }) ==
        "nearest_neighbors: x is [1, 4]; at least 2 points (rows) are needed");
  CHECK(message_of([&] { nearest_neighbors(Tensor::ones({3, 4}), x, 1); }) ==
        "nearest_neighbors: queries are [3, 4] and x is [5, 2]; both must have the same number of columns");
  Tensor bad = x.clone();
  bad.set({3, 1}, std::numeric_limits<Real>::quiet_NaN());
  CHECK(message_of([&] { nearest_neighbors(bad, 2); })
            .starts_with("nearest_neighbors: x has nan in row 3, column 1; all numbers must be finite"));
}
