#include "lessons/interpolation.h"

#include <cmath>

#include "manifold/distances.h"
#include "tensor/elementwise.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

TEST_CASE("the straight way has both ends and even steps") {
  const Tensor way = straight_way(Tensor::from({0, 4}, {2}), Tensor::from({1, 0}, {2}), 5);
  CHECK(way.shape() == Shape{5, 2});
  CHECK(way.at({0, 1}) == 4);
  CHECK(way.at({1, 0}) == doctest::Approx(0.25));
  CHECK(way.at({4, 0}) == 1);
  CHECK(contains(message_of([&] { straight_way(way, way, 1); }), "frames is 1 but must be at least 2"));
}

TEST_CASE("the way along a half circle goes round, in even parts") {
  constexpr Index kPoints = 181;
  Tensor x(Shape{kPoints, 2});
  for (Index i = 0; i < kPoints; ++i) {
    const double angle = static_cast<double>(i) * 3.14159265358979 / 180;
    x.set({i, 0}, static_cast<Real>(std::cos(angle))), x.set({i, 1}, static_cast<Real>(std::sin(angle)));
  }
  const Graph graph = neighbor_graph(nearest_neighbors(x, 2));
  const Indices way = way_along(graph, x, 0, 180, 5);
  const std::vector<int> expected{0, 45, 90, 135, 180};
  for (Index i = 0; i < 5; ++i) CHECK(std::abs(way[i] - expected[static_cast<std::size_t>(i)]) <= 1);
  CHECK(way[0] == 0);
  CHECK(way[4] == 180);
  const Indices path = shortest_path(graph, 10, 14);
  CHECK(path.numel() >= 3);
  CHECK(path[0] == 10);
  CHECK(path[path.numel() - 1] == 14);
}

TEST_CASE("a path to another part of the graph is refused") {
  const Graph graph = make_graph(4, {{0, 1, 1.0f}, {2, 3, 1.0f}});
  CHECK(contains(message_of([&] { shortest_path(graph, 0, 3); }), "no path joins 0 and 3"));
  CHECK(contains(message_of([&] { shortest_path(graph, 0, 4); }), "nodes are 0..3"));
}

TEST_CASE("a double exposure is grey, black and white are not") {
  const Tensor a = Tensor::from({1, 1, 0, 0}, {1, 1, 2, 2}), b = Tensor::from({0, 1, 1, 0}, {1, 1, 2, 2});
  CHECK(grey_share(a).item() == 0);
  CHECK(grey_share((a + b) * Real(0.5)).item() == doctest::Approx(2.0 / 3));
  CHECK(grey_share(Tensor::zeros({1, 1, 2, 2})).item() == 0);
}

TEST_CASE("the order of distances: none wrong with the truth, all with its opposite, half with noise") {
  Rng rng(1);
  const Tensor truth = squared_distances(rng.normal({60, 2}));
  CHECK(wrong_order(truth, truth, 5000, rng) == 0);
  CHECK(wrong_order(truth * Real{-1}, truth, 5000, rng) > 0.95);  // a pair may meet itself
  const Tensor noise = rng.uniform({60, 60});
  CHECK(wrong_order(noise, truth, 5000, rng) == doctest::Approx(0.5).epsilon(0.05));
}
