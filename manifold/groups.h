#pragma once
#include <vector>

#include "tensor/indices.h"
#include "tensor/tensor.h"

namespace gradfold {

// Where labelled groups of points lie and how wide they are: to hold what a map draws against what is so.
struct Groups {
  Tensor centre;               // [K, D] mean of each group's points
  std::vector<double> spread;  // [K] root mean square distance of the points to it

  Index count() const { return static_cast<Index>(spread.size()); }
  // Between the centres of two groups.
  double distance(Index a, Index b) const;
  // Of all pairs a < b, row by row.
  std::vector<double> distances() const;
};

// x [N, D], labels [N] from 0 to K - 1. Throws if a label of these has no point.
Groups groups(const Tensor& x, const Indices& labels);

}  // namespace gradfold
