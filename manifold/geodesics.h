#pragma once
#include <vector>

#include "manifold/components.h"
#include "manifold/neighbors.h"
#include "tensor/tensor.h"

// Distances along a surface, by walking from neighbour to neighbour.
namespace gradfold {

// One way along an edge.
struct Hop {
  int to;
  float length;
};

// An undirected graph whose edges have lengths: the hops from node i are [start[i], start[i + 1]) of the list, by
// rising target. Every edge is there from both its ends.
struct Graph {
  std::vector<int> start;  // [N + 1]
  std::vector<Hop> hops;

  Index size() const { return static_cast<Index>(start.size()) - 1; }
  Index edges() const { return static_cast<Index>(hops.size()) / 2; }
};

struct Edge {
  int a, b;
  float length;
};

// N nodes; an edge that is given twice (or from both ends) counts once, with its shorter length.
Graph make_graph(Index n, const std::vector<Edge>& edges);

// An edge between two points if either is among the k nearest of the other, as long as they are apart.
Graph neighbor_graph(const Neighbors& neighbors);

Components connected_components(const Graph& graph);

// The graph with an edge between each two parts, from the closest pair of their points. x [N, D].
Graph join_components(const Graph& graph, const Components& parts, const Tensor& x);

// Lengths of the shortest paths from each of `sources` to all nodes [S, N]; infinite where there is none. Dijkstra
// (1959) from each source over a heap, sources in parallel: O(S E log N).
Tensor geodesic_distances(const Graph& graph, const Indices& sources);
// Between all nodes [N, N].
Tensor geodesic_distances(const Graph& graph);

// The nodes of a shortest path from `from` to `to`, both among them; throws if no path joins the two.
Indices shortest_path(const Graph& graph, Index from, Index to);

}  // namespace gradfold
