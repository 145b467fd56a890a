#pragma once
#include <vector>

#include "manifold/geodesics.h"
#include "manifold/mds.h"
#include "tensor/tensor.h"

namespace gradfold {

struct IsomapOptions {
  Index n_neighbors = 5;
  Index n_components = 2;
  // A neighbour graph in several parts: true joins each two by their closest points, false is an error that tells the
  // parts' sizes.
  bool join_components = true;
};

// Isomap (Tenenbaum, de Silva & Langford 2000, Science 290:2319): a map whose distances are those along the surface.
//
//   1  an edge from each point to its n_neighbors nearest, as long as they are apart
//   2  the shortest paths through these edges: [N, N], memory N^2
//   3  classical MDS of their lengths
//
// A surface that can be flattened without stretching (the Swiss roll, not a sphere) comes out with its true distances.
// Too many neighbours make shortcuts between its folds, too few leave gaps.
class Isomap {
 public:
  explicit Isomap(IsomapOptions options = {}) : options_(options) {}

  // x [N, D] with more points than neighbours.
  Isomap& fit(const Tensor& x);
  Tensor fit_transform(const Tensor& x) { return fit(x).embedding; }
  // New points [M, D] -> [M, n_components]: paths to all points lead through the nearest;
  // then steps 2 and 3 for one row.
  Tensor transform(const Tensor& x) const;

  // 1 - R^2 of path lengths against distances on the map over all pairs: what the map does not say. Its fall with
  // n_components has an elbow at the surface's dimension.
  double residual_variance() const;
  // sqrt(|B|^2 - sum of the squared eigenvalues) / N of MDS's matrix B, as scikit-learn has it.
  double reconstruction_error() const;

  Tensor embedding;                 // [N, n_components]
  std::vector<double> eigenvalues;  // [n_components] of MDS's matrix
  Tensor geodesics;                 // [N, N] path lengths
  Components parts;                 // of the graph, before they were joined

 private:
  IsomapOptions options_;
  Tensor points_;
  ClassicalMds mds_;
};

}  // namespace gradfold
