#include "manifold/geodesics.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "tensor/indexing.h"
#include "tensor/parallel.h"

namespace gradfold {
namespace {

constexpr Index kSourcesTogether = 16;

// What is reached and not settled yet, nearest first: a heap whose items have four children, which is half as deep as a
// binary one. An item is one number, the bits of the distance above those of the node: floats that are not negative are
// in the order of their bits.
class Frontier {
 public:
  struct Item {
    float distance;
    int node;
  };

  bool empty() const { return heap_.empty(); }

  void put(Item item) {
    const std::uint64_t key =
        std::uint64_t{std::bit_cast<std::uint32_t>(item.distance)} << 32 | std::uint32_t(item.node);
    std::size_t at = heap_.size();
    heap_.push_back(key);
    for (; at > 0 && key < heap_[(at - 1) / 4]; at = (at - 1) / 4) heap_[at] = heap_[(at - 1) / 4];
    heap_[at] = key;
  }

  Item take_nearest() {
    const std::uint64_t nearest = heap_[0], last = heap_.back();
    heap_.pop_back();
    const std::size_t size = heap_.size();
    std::size_t at = 0, least;
    for (std::size_t child = 1; child < size; at = least, child = 4 * at + 1) {
      if (child + 4 <= size) {  // without a branch
        const std::size_t a = child + (heap_[child + 1] < heap_[child]),
                          b = child + 2 + (heap_[child + 3] < heap_[child + 2]);
        least = heap_[b] < heap_[a] ? b : a;
      } else {
        least = std::min_element(heap_.begin() + child, heap_.end()) - heap_.begin();
      }
      if (last <= heap_[least]) break;
      heap_[at] = heap_[least];
    }
    if (size > 0) heap_[at] = last;
    return {std::bit_cast<float>(static_cast<std::uint32_t>(nearest >> 32)), static_cast<int>(nearest & 0xffffffff)};
  }

 private:
  std::vector<std::uint64_t> heap_;
};

// From one node to all. A node whose distance falls is put once more, and what it was put as before is passed over.
// before, if asked for: of each node that is reached, the one before it on its path.
void dijkstra(const Graph& graph, int source, Frontier& frontier, std::vector<float>& distance,
              std::vector<std::int32_t>* before = nullptr) {
  std::fill(distance.begin(), distance.end(), std::numeric_limits<float>::infinity());
  distance[source] = 0;
  frontier.put({0, source});
  while (!frontier.empty()) {
    const auto [so_far, node] = frontier.take_nearest();
    if (so_far > distance[node]) continue;
    for (int h = graph.start[node]; h < graph.start[node + 1]; ++h) {
      const auto [to, length] = graph.hops[h];
      const float through = so_far + length;
      if (through >= distance[to]) continue;
      distance[to] = through;
      if (before) (*before)[to] = node;
      frontier.put({through, to});
    }
  }
}

Indices members(const Components& parts, Index part) {
  Indices out;
  for (Index i = 0; i < parts.label.numel(); ++i)
    if (parts.label[i] == part) out.values.push_back(static_cast<std::int32_t>(i));
  out.shape = {out.numel()};
  return out;
}

std::vector<Edge> edges_of(const Graph& graph) {
  std::vector<Edge> out;
  for (int i = 0; i < graph.size(); ++i)
    for (int h = graph.start[i]; h < graph.start[i + 1]; ++h)
      if (i < graph.hops[h].to) out.push_back({i, graph.hops[h].to, graph.hops[h].length});
  return out;
}

}  // namespace

Graph make_graph(Index n, const std::vector<Edge>& edges) {
  std::vector<std::vector<Hop>> hops(n);
  for (const Edge& edge : edges) {
    require(edge.a >= 0 && edge.b >= 0 && edge.a < n && edge.b < n && edge.a != edge.b && edge.length >= 0,
            "make_graph",
            "an edge joins {} and {} and is {} long; it must join two different nodes of 0..{} and not be negative",
            edge.a, edge.b, edge.length, n - 1);
    hops[edge.a].push_back({edge.b, edge.length});
    hops[edge.b].push_back({edge.a, edge.length});
  }
  Graph graph;
  graph.start.push_back(0);
  for (auto& list : hops) {
    std::sort(list.begin(), list.end(), [](const Hop& a, const Hop& b) {
      return a.to != b.to ? a.to < b.to : a.length < b.length;
    });
    for (std::size_t i = 0; i < list.size(); ++i)
      if (i == 0 || list[i].to != list[i - 1].to) graph.hops.push_back(list[i]);
    graph.start.push_back(static_cast<int>(graph.hops.size()));
  }
  return graph;
}

Graph neighbor_graph(const Neighbors& neighbors) {
  const Index n = neighbors.distance.size(0), k = neighbors.distance.size(1);
  std::vector<Edge> edges;
  edges.reserve(n * k);
  for (Index i = 0; i < n * k; ++i)
    edges.push_back({static_cast<int>(i / k), neighbors.index[i], static_cast<float>(neighbors.distance.data()[i])});
  return make_graph(n, edges);
}

Components connected_components(const Graph& graph) {
  return connected_components(graph.size(), [&](Index node, const auto& reach) {
    for (int h = graph.start[node]; h < graph.start[node + 1]; ++h) reach(graph.hops[h].to);
  });
}

Graph join_components(const Graph& graph, const Components& parts, const Tensor& x) {
  std::vector<Edge> edges = edges_of(graph);
  for (Index a = 0; a < parts.count(); ++a) {
    const Indices here = members(parts, a);
    const Tensor points = index_select(x, 0, here);
    for (Index b = a + 1; b < parts.count(); ++b) {
      const Indices there = members(parts, b);
      const Neighbors nearest = nearest_neighbors(points, index_select(x, 0, there), 1);
      const Real* distance = nearest.distance.data();
      const Index i = std::min_element(distance, distance + here.numel()) - distance;
      edges.push_back({here[i], there[nearest.index[i]], static_cast<float>(distance[i])});
    }
  }
  return make_graph(graph.size(), edges);
}

Tensor geodesic_distances(const Graph& graph, const Indices& sources) {
  const Index n = graph.size();
  for (const std::int32_t source : sources.values)
    require(source >= 0 && source < n, "geodesic_distances", "source {} is no node of the graph's 0..{}", source,
            n - 1);
  Tensor out({sources.numel(), n});
  parallel_for(sources.numel(), kSourcesTogether, [&, to = out.data()](Index begin, Index end) {
    Frontier frontier;
    std::vector<float> distance(n);
    for (Index s = begin; s < end; ++s) {
      dijkstra(graph, sources[s], frontier, distance);
      std::copy(distance.begin(), distance.end(), to + s * n);
    }
  });
  return out;
}

Tensor geodesic_distances(const Graph& graph) {
  Indices all(Shape{graph.size()});
  for (Index i = 0; i < graph.size(); ++i) all[i] = static_cast<std::int32_t>(i);
  return geodesic_distances(graph, all);
}

Indices shortest_path(const Graph& graph, Index from, Index to) {
  const Index n = graph.size();
  require(from >= 0 && to >= 0 && from < n && to < n, "shortest_path",
          "from {} to {} was asked for, but nodes are 0..{}", from, to, n - 1);
  Frontier frontier;
  std::vector<float> distance(n);
  std::vector<std::int32_t> before(n);
  dijkstra(graph, static_cast<int>(from), frontier, distance, &before);
  require(std::isfinite(distance[to]), "shortest_path", "no path joins {} and {}; hint: join_components()", from, to);
  std::vector<std::int32_t> path{static_cast<std::int32_t>(to)};
  while (path.back() != from) path.push_back(before[path.back()]);
  Indices out(Shape{static_cast<Index>(path.size())});
  std::reverse_copy(path.begin(), path.end(), out.values.begin());
  return out;
}

}  // namespace gradfold
