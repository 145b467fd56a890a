#include "lessons/neighbor_regression.h"

#include <cmath>

#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tensor/random.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

TEST_CASE("a query's guess is the mean of its nearest points' factors") {
  const Tensor points = Tensor::from({0, 1, 2, 10, 11}, {5, 1}), factors = Tensor::from({1, 2, 6, 7, 9}, {5, 1});
  const Tensor guess = neighbor_guess(Tensor::from({1, 10.4}, {2, 1}), points, factors, 2);
  CHECK(guess.at({0, 0}) == doctest::Approx(1.5));  // 1 and the first of 0 and 2, which are equally near
  CHECK(guess.at({1, 0}) == doctest::Approx(8));
}

TEST_CASE("R^2 is 1 for the truth, 0 for the mean, and a hand-made case") {
  const Tensor truth = Tensor::from({1, 10, 2, 20, 3, 30}, {3, 2});
  CHECK(r_squared(truth, truth) == std::vector<double>{1, 1});
  const Tensor means = Tensor::from({2, 20, 2, 20, 2, 20}, {3, 2});
  CHECK(r_squared(truth, means) == std::vector<double>{0, 0});
  const Tensor off = Tensor::from({1, 10, 2, 20, 4, 30}, {3, 2});  // one of squared deviations 2 is 1
  CHECK(r_squared(truth, off)[0] == doctest::Approx(0.5));
  CHECK(std::isnan(r_squared(Tensor::ones({3, 1}), Tensor::ones({3, 1}))[0]));
}

TEST_CASE("neighbours know a smooth function of the place, and not another place's") {
  Rng rng(1);
  const Tensor points = rng.uniform({2000, 2}), queries = rng.uniform({200, 2});
  const auto f = [](const Tensor& x) { return square(x); };
  CHECK(neighbor_r2(queries, f(queries), points, f(points), 5)[0] > 0.98);
  const Tensor others = index_select(f(points), 0, rng.permutation(2000));
  CHECK(neighbor_r2(queries, f(queries), points, others, 5)[0] < 0.1);
}

TEST_CASE("factors of other points, or of a wrong number of them, are refused") {
  const Tensor x = Tensor::zeros({4, 2});
  CHECK(contains(message_of([&] { neighbor_guess(x, x, Tensor::zeros({3, 1}), 1); }), "point_factors is [3, 1]"));
  CHECK(contains(message_of([&] { r_squared(x, Tensor::zeros({4, 3})); }), "guess is [4, 3] but must be [4, 2]"));
}
