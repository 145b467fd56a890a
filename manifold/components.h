#pragma once
#include <functional>
#include <string>
#include <vector>

#include "tensor/indices.h"

namespace gradfold {

// The parts of a graph that no path joins.
struct Components {
  Indices label;            // [N] 0, 1, ... in the order of each part's first node
  std::vector<Index> size;  // [count]
  Index count() const { return static_cast<Index>(size.size()); }
  // "2 parts of 1200 and 300 points"
  std::string str() const;
};

// Of n nodes; each_neighbor(node, reach) calls reach(other) for every node that an edge joins to `node`. For a graph of
// its own kind see geodesics.h and sparse_rows.h.
using EachNeighbor = std::function<void(Index node, const std::function<void(Index other)>& reach)>;
Components connected_components(Index n, const EachNeighbor& each_neighbor);

}  // namespace gradfold
