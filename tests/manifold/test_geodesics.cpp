// Shortest paths, components and their joining.
#include "manifold/geodesics.h"

#include <limits>

#include "data/manifolds.h"
#include "tensor/parallel.h"
#include "tensor/random.h"
#include "tests/files.h"
#include "tests/manifold/spectral_fixture.h"

using namespace gradfold;

namespace {

constexpr Real kInfinity = std::numeric_limits<Real>::infinity();

// Floyd and Warshall: three loops, nothing to get wrong.
std::vector<double> all_paths(const Graph& graph) {
  const Index n = graph.size();
  std::vector<double> d(n * n, kInfinity);
  for (Index i = 0; i < n; ++i) {
    d[i * n + i] = 0;
    for (int h = graph.start[i]; h < graph.start[i + 1]; ++h) d[i * n + graph.hops[h].to] = graph.hops[h].length;
  }
  for (Index via = 0; via < n; ++via)
    for (Index i = 0; i < n; ++i)
      for (Index j = 0; j < n; ++j) d[i * n + j] = std::min(d[i * n + j], d[i * n + via] + d[via * n + j]);
  return d;
}

}  // namespace

TEST_CASE("Dijkstra's paths are Floyd and Warshall's") {
  Rng rng(1);
  const Graph graph = neighbor_graph(nearest_neighbors(rng.normal({150, 3}), 3));
  const Tensor paths = geodesic_distances(graph);
  const std::vector<double> expected = all_paths(graph);
  for (Index i = 0; i < paths.numel(); ++i) {
    if (expected[i] == kInfinity) CHECK(paths.data()[i] == kInfinity);
    else CHECK(paths.data()[i] == approx(expected[i], 1e-5));
  }
}

TEST_CASE("paths by hand: a detour that is shorter, an edge given twice, a node apart") {
  const Graph graph = make_graph(5, {{0, 1, 10}, {0, 2, 1}, {2, 3, 1}, {3, 1, 1}, {1, 3, 5}, {0, 2, 4}});
  CHECK(graph.edges() == 4);
  const Tensor from_0 = geodesic_distances(graph, Indices{0});
  CHECK(from_0.to_vector() == std::vector<Real>{0, 3, 1, 2, kInfinity});
  const Components parts = connected_components(graph);
  CHECK(parts.label.values == std::vector<std::int32_t>{0, 0, 0, 0, 1});
  CHECK(parts.str() == "2 parts of 4, 1 points");
}

TEST_CASE("the nodes of a shortest path, also over an edge between equal points") {
  const Graph graph = make_graph(5, {{0, 1, 1}, {1, 2, 0}, {3, 2, 5}, {0, 3, 0.5}, {2, 4, 1}});
  CHECK(shortest_path(graph, 0, 2).values == std::vector<std::int32_t>{0, 1, 2});
  CHECK(shortest_path(graph, 4, 0).values == std::vector<std::int32_t>{4, 2, 1, 0});
  CHECK(shortest_path(graph, 3, 3).values == std::vector<std::int32_t>{3});
  CHECK(contains(message_of([&] { shortest_path(make_graph(3, {{0, 1, 1}}), 0, 2); }), "no path joins 0 and 2"));
}

TEST_CASE("edges are kept from both ends, and duplicates are 0 apart") {
  const Tensor x = Tensor::from({0, 0, 1, 5}, {4, 1});
  const Graph graph = neighbor_graph(nearest_neighbors(x, 1));  // 0-1, 2-0, 3-2
  CHECK(graph.edges() == 3);
  CHECK(geodesic_distances(graph, Indices{3}).to_vector() == std::vector<Real>{5, 5, 4, 0});
}

TEST_CASE("paths on the Swiss roll follow the sheet: a few percent longer than the true ones") {
  const PointCloud roll = swiss_roll(1500, Rng(1));
  const Tensor paths = geodesic_distances(neighbor_graph(nearest_neighbors(roll.points, 10)));
  double ratio = 0;
  Index pairs = 0;
  for (Index i = 0; i < 1500; i += 7)
    for (Index j = 0; j < i; j += 5, ++pairs)
      ratio += paths.at({i, j}) / std::sqrt(sum_of_squares(roll.chart.select(0, i) - roll.chart.select(0, j)));
  CHECK(ratio / static_cast<double>(pairs) == approx(1.042, 0.01));
}

TEST_CASE("parts are joined by their closest points") {
  const Tensor x = Tensor::from({0, 1, 2, 10, 11, 12, 30, 31}, {8, 1});
  const Graph graph = neighbor_graph(nearest_neighbors(x, 1));
  const Components parts = connected_components(graph);
  REQUIRE(parts.count() == 3);
  const Graph joined = join_components(graph, parts, x);
  CHECK(connected_components(joined).count() == 1);
  CHECK(geodesic_distances(joined, Indices{0}).at({0, 7}) == 31);  // 2-10 and 12-30
  CHECK(joined.edges() == graph.edges() + 3);                      // and 2-30
}

TEST_CASE("paths have the same bits with any number of threads") {
  const Graph graph = neighbor_graph(nearest_neighbors(swiss_roll(300, Rng(2)).points, 8));
  const int before = num_threads();
  set_num_threads(1);
  const Tensor one = geodesic_distances(graph);
  set_num_threads(3);
  const Tensor three = geodesic_distances(graph);
  set_num_threads(before);
  CHECK(identical(one, three));
}

TEST_CASE("graphs name what is wrong") {
  CHECK(contains(message_of([] { make_graph(3, {{0, 3, 1}}); }), "two different nodes of 0..2"));
  CHECK(contains(message_of([] { make_graph(3, {{0, 1, -1}}); }), "not be negative"));
  CHECK(contains(message_of([] { geodesic_distances(make_graph(3, {}), Indices{5}); }), "source 5"));
}
