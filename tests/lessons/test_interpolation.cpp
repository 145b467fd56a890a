#include "lessons/interpolation.h"

#include <cmath>

#include "manifold/distances.h"
#include "models/autoencoder.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tensor/reduce.h"
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
  CHECK(wrong_order(noise, truth, 5000, rng) == approx(0.5, 0.05));
}

TEST_CASE("a graph of images that fall into parts is joined") {
  // Three dark images and three light ones.
  Tensor x = Tensor::zeros({6, 1, 2, 2});
  for (Index i = 0; i < 6; ++i) x.slice(0, i, i + 1).fill(static_cast<Real>(i < 3 ? 0 : 1) + Real(0.01) * i);
  CHECK(connected_components(neighbor_graph(nearest_neighbors(x.flatten(1), 1))).count() == 2);
  CHECK(connected_components(image_graph(x, 1)).count() == 1);
}

TEST_CASE("A, B and C on a hairpin: B is across, C is along, by what one sees and what one walks") {
  // Up one leg and down the other, 3 apart; places 0 .. 40 along it, and the middle one is at the bend.
  const Index n = 41;
  Tensor x({n, 2}), chart({n, 1});
  for (Index i = 0; i < n; ++i) {
    chart.set({i, 0}, static_cast<Real>(i));
    x.set({i, 0}, static_cast<Real>(i < 10 ? i : i < 13 ? 10 : 22 - i));
    x.set({i, 1}, static_cast<Real>(i < 10 ? 0 : i < 13 ? i - 10 : 3));
  }
  x.set({20, 0}, Real(2));  // the middle, A, on the second leg: across from it are places 2 and 3
  const Tensor euclid = sqrt(squared_distances(x)), along = sqrt(squared_distances(chart));
  const auto [a, b, c] = near_and_far(chart, euclid, along, 15);
  CHECK(a == 20);
  CHECK(b == 2);
  CHECK(euclid.at({a, c}) > 1.1 * euclid.at({a, b}));
  CHECK(along.at({a, c}) == 4);
  CHECK(contains(message_of([&] { near_and_far(chart, euclid, along, 100); }), "no point is farther than 100 from"));
}

TEST_CASE("three ways between two images: all have both ends, and one of them only images that there are") {
  Rng rng(5);
  const Tensor x = rng.uniform({12, 1, 8, 8});
  Autoencoder model({.code = 2, .hidden = 8, .height = 8, .width = 8}, rng);
  const std::vector<Tensor> ways = three_ways(model, image_graph(x, 3), x, 4, 9, 5);
  REQUIRE(ways.size() == 3);
  for (const Tensor& way : ways) CHECK(way.shape() == Shape{5, 1, 8, 8});
  for (const std::size_t exact : {0, 2}) {
    CHECK(identical(ways[exact].slice(0, 0, 1).contiguous(), x.slice(0, 4, 5).contiguous()));
    CHECK(identical(ways[exact].slice(0, 4, 5).contiguous(), x.slice(0, 9, 10).contiguous()));
  }
  const Tensor ends = concatenate({x.slice(0, 4, 5), x.slice(0, 9, 10)}, 0);
  const Tensor decoded = concatenate({ways[1].slice(0, 0, 1), ways[1].slice(0, 4, 5)}, 0);
  CHECK(max(abs(decoded - model.reconstruct(ends))).item() < 1e-5);
  for (const double distance : nearest_neighbors(ways[2].flatten(1), x.flatten(1), 1).distance.to_vector())
    CHECK(distance == doctest::Approx(0));
  CHECK(between(ways[0]).shape() == Shape{3, 1, 8, 8});
  CHECK(identical(between(ways[0]).slice(0, 0, 1).contiguous(), ways[0].slice(0, 1, 2).contiguous()));
}
