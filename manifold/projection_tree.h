#pragma once
#include <cstdint>
#include <vector>

#include "tensor/random.h"
#include "tensor/tensor.h"

namespace gradfold {

// Points in leaves of neighbours: leaf l holds the rows [start[l], start[l + 1]) of `point`, each row in one leaf.
struct ProjectionTree {
  std::vector<std::int32_t> point;
  std::vector<Index> start;

  Index leaves() const { return static_cast<Index>(start.size()) - 1; }
};

// A random-projection tree (Dasgupta & Freund 2008, "Random projection trees and low dimensional manifolds"): points
// x [N, D] are cut in two halves at the median of their projections on the line through two of them, drawn at random,
// and each half likewise, until a leaf has at most `leaf_size`, and so more than half of that unless N is less. Near
// points mostly share a leaf; those close to a cut do not, so that several trees see more than one.
// Equal projections are cut in the order of their rows: duplicates make no leaf larger.
// O(N D log N). x must be contiguous and its numbers finite.
ProjectionTree projection_tree(const Tensor& x, Index leaf_size, const Rng& rng);

}  // namespace gradfold
