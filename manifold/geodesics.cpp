#include "manifold/geodesics.h"

#include <algorithm>
#include <limits>

#include <fmt/ranges.h>

#include "tensor/indexing.h"
#include "tensor/parallel.h"

namespace gradfold {
namespace {

constexpr Index kSourcesTogether = 16;

// The nodes that are reached and not settled yet, nearest first: a heap whose nodes have four children, which is half as
// deep as a binary one and finds all four in one cache line. A node whose distance falls moves up from where it is.
class Frontier {
 public:
  explicit Frontier(Index n) : place_(n, -1) {}

  bool empty() const { return heap_.empty(); }

  // A node that is new, or nearer than before.
  void put(Real distance, int node) {
    if (place_[node] < 0) {
      place_[node] = static_cast<int>(heap_.size());
      heap_.emplace_back();
    }
    std::size_t at = place_[node];
    for (; at > 0; at = (at - 1) / 4) {
      const Item& parent = heap_[(at - 1) / 4];
      if (parent.distance <= distance) break;
      move(parent, at);
    }
    move({distance, node}, at);
  }

  int take_nearest() {
    const int nearest = heap_[0].node;
    place_[nearest] = -1;
    const Item last = heap_.back();
    heap_.pop_back();
    if (heap_.empty()) return nearest;
    std::size_t at = 0;
    for (std::size_t child = 1; child < heap_.size(); child = 4 * at + 1) {
      const std::size_t end = std::min(child + 4, heap_.size());
      std::size_t least = child;
      for (std::size_t c = child + 1; c < end; ++c)
        if (heap_[c].distance < heap_[least].distance) least = c;
      if (last.distance <= heap_[least].distance) break;
      move(heap_[least], at);
      at = least;
    }
    move(last, at);
    return nearest;
  }

 private:
  struct Item {
    Real distance;
    int node;
  };
  void move(const Item& item, std::size_t to) {
    heap_[to] = item;
    place_[item.node] = static_cast<int>(to);
  }

  std::vector<Item> heap_;
  std::vector<int> place_;  // of each node in the heap; -1: not in it
};

// From one node to all.
void dijkstra(const Graph& graph, int source, Frontier& frontier, Real* distance) {
  std::fill_n(distance, graph.size(), std::numeric_limits<Real>::infinity());
  distance[source] = 0;
  frontier.put(0, source);
  while (!frontier.empty()) {
    const int node = frontier.take_nearest();
    for (int e = graph.start[node]; e < graph.start[node + 1]; ++e) {
      const Real through = distance[node] + graph.length[e];
      if (through >= distance[graph.to[e]]) continue;
      distance[graph.to[e]] = through;
      frontier.put(through, graph.to[e]);
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
    for (int e = graph.start[i]; e < graph.start[i + 1]; ++e)
      if (i < graph.to[e]) out.push_back({i, graph.to[e], graph.length[e]});
  return out;
}

}  // namespace

Graph make_graph(Index n, const std::vector<Edge>& edges) {
  struct Target {
    int to;
    Real length;
  };
  std::vector<std::vector<Target>> targets(n);
  for (const Edge& edge : edges) {
    require(edge.a >= 0 && edge.b >= 0 && edge.a < n && edge.b < n && edge.a != edge.b && edge.length >= 0, "make_graph",
            "an edge joins {} and {} and is {} long; it must join two different nodes of 0..{} and not be negative", edge.a,
            edge.b, edge.length, n - 1);
    targets[edge.a].push_back({edge.b, edge.length});
    targets[edge.b].push_back({edge.a, edge.length});
  }
  Graph graph;
  graph.start.push_back(0);
  for (auto& list : targets) {
    std::sort(list.begin(), list.end(), [](const Target& a, const Target& b) {
      return a.to != b.to ? a.to < b.to : a.length < b.length;
    });
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (i > 0 && list[i].to == list[i - 1].to) continue;
      graph.to.push_back(list[i].to);
      graph.length.push_back(list[i].length);
    }
    graph.start.push_back(static_cast<int>(graph.to.size()));
  }
  return graph;
}

Graph neighbor_graph(const Neighbors& neighbors) {
  const Index n = neighbors.distance.size(0), k = neighbors.distance.size(1);
  std::vector<Edge> edges;
  edges.reserve(n * k);
  for (Index i = 0; i < n * k; ++i)
    edges.push_back({static_cast<int>(i / k), neighbors.index[i], neighbors.distance.data()[i]});
  return make_graph(n, edges);
}

std::string Components::str() const {
  std::vector<Index> sorted = size;
  std::sort(sorted.rbegin(), sorted.rend());
  constexpr std::size_t kMost = 5;
  const std::string more = sorted.size() > kMost ? ", ..." : "";
  if (sorted.size() > kMost) sorted.resize(kMost);
  return fmt::format("{} part{} of {}{} points", count(), count() == 1 ? "" : "s", fmt::join(sorted, ", "), more);
}

Components connected_components(const Graph& graph) {
  Components out;
  out.label = Indices(Shape{graph.size()});
  std::fill(out.label.values.begin(), out.label.values.end(), -1);
  std::vector<int> reached;
  for (int first = 0; first < graph.size(); ++first) {
    if (out.label[first] >= 0) continue;
    const auto part = static_cast<std::int32_t>(out.count());
    out.size.push_back(0);
    out.label[first] = part;
    for (reached = {first}; !reached.empty();) {
      const int node = reached.back();
      reached.pop_back();
      ++out.size[part];
      for (int e = graph.start[node]; e < graph.start[node + 1]; ++e) {
        if (out.label[graph.to[e]] >= 0) continue;
        out.label[graph.to[e]] = part;
        reached.push_back(graph.to[e]);
      }
    }
  }
  return out;
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
      edges.push_back({here[i], there[nearest.index[i]], distance[i]});
    }
  }
  return make_graph(graph.size(), edges);
}

Tensor geodesic_distances(const Graph& graph, const Indices& sources) {
  const Index n = graph.size();
  for (const std::int32_t source : sources.values)
    require(source >= 0 && source < n, "geodesic_distances", "source {} is no node of the graph's 0..{}", source, n - 1);
  Tensor out({sources.numel(), n});
  parallel_for(sources.numel(), kSourcesTogether, [&, to = out.data()](Index begin, Index end) {
    Frontier frontier(n);
    for (Index s = begin; s < end; ++s) dijkstra(graph, sources[s], frontier, to + s * n);
  });
  return out;
}

Tensor geodesic_distances(const Graph& graph) {
  Indices all(Shape{graph.size()});
  for (Index i = 0; i < graph.size(); ++i) all[i] = static_cast<std::int32_t>(i);
  return geodesic_distances(graph, all);
}

}  // namespace gradfold
