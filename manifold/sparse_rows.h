#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "manifold/components.h"
#include "tensor/indices.h"
#include "tensor/tensor.h"

namespace gradfold {

// A sparse N x N matrix, row after row: row i holds value[e] in column[e] for e in [start[i], start[i + 1]), columns
// rising.
struct SparseRows {
  std::vector<Index> start{0};
  std::vector<std::int32_t> column;
  std::vector<Real> value;

  Index size() const { return static_cast<Index>(start.size()) - 1; }
  Index entries() const { return static_cast<Index>(column.size()); }
};

// The undirected graph of a directed one that gives each of N points k neighbours: index and weight [N, k]. An edge in
// either direction makes an entry in both rows; combine(w_ij, w_ji) is its value, with 0 for a direction without edge,
// and must not depend on the order of the two. Rows are filled up to a multiple of `padding` entries with (i, 0), for
// loops that take several entries at a time.
SparseRows symmetrized(const Indices& index, const Tensor& weight, const std::function<double(double, double)>& combine,
                       Index padding = 1);

// Entries of 0 join nothing.
Components connected_components(const SparseRows& graph);

}  // namespace gradfold
