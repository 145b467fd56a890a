#pragma once
#include <vector>

#include "manifold/neighbors.h"
#include "tensor/tensor.h"

namespace gradfold {

struct LleOptions {
  Index n_neighbors = 5;
  Index n_components = 2;
  double reg = 1e-3;  // of the weights' equations, as a share of their trace: needed where n_neighbors > D
};

// Locally linear embedding (Roweis & Saul 2000, Science 290:2323): a map on which each point is the same mixture of its
// neighbours as it is in the data.
//
//   1  the n_neighbors nearest of each point
//   2  weights W that make the point of them, sum 1: G w = 1 with G the inner products of (neighbour - point)
//   3  M = (I - W)^T (I - W); y of unit covariance with the least sum |y_i - sum_j w_ij y_j|^2 = tr y^T M y: the
//      eigenvectors of M's smallest eigenvalues, but for the constant one, whose eigenvalue is 0
//
// Those eigenvalues are some 1e-8: all of this is in double, and the eigenvectors by shift-invert (eigenpairs.h).
// The graph must be in one part: of several, the eigenvectors would only tell which part a point is in.
class Lle {
 public:
  explicit Lle(LleOptions options = {}) : options_(options) {}

  Lle& fit(const Tensor& x);
  // [N, n_components], columns of unit length as scikit-learn has them; times sqrt(N) their variance is 1.
  Tensor fit_transform(const Tensor& x) { return fit(x).embedding; }
  // New points [M, D]: the same mixture of their nearest points' places.
  Tensor transform(const Tensor& x) const;

  Tensor embedding;                 // [N, n_components]
  std::vector<double> eigenvalues;  // [n_components] of M, rising
  double reconstruction_error = 0;  // their sum: the cost

 private:
  LleOptions options_;
  Tensor points_;
};

// Step 2: weights [N, k] of `near` (rows of x [N, D]) that make up each of points [M, D].
std::vector<double> barycenter_weights(const Tensor& points, const Tensor& x, const Indices& near, double reg);

}  // namespace gradfold
