#pragma once
#include <string_view>
#include <vector>

#include "tensor/tensor.h"

namespace gradfold {

struct MdsOptions {
  Index n_components = 2;
};

// Classical multidimensional scaling (Torgerson 1952): coordinates whose distances are, as nearly as a linear method
// can make them, those that are given.
//
//   1  square the distances [N, N]
//   2  B = -1/2 J D^2 J with J = I - 1 1^T / N: the inner products of centred points, were the distances Euclidean
//   3  y = V sqrt(L) of B's largest eigenvalues L
//
// Distances that no flat space has make some eigenvalues negative; they tell of nothing to draw. Of Euclidean distances
// between rows of x the answer is PCA's, but for directions in which x varies less than a thousandth of the most: the
// squares are Real numbers.
class ClassicalMds {
 public:
  explicit ClassicalMds(MdsOptions options = {}) : options_(options) {}

  // x [N, D] -> [N, n_components], from the Euclidean distances between rows.
  Tensor fit_transform(const Tensor& x);
  // distances [N, N], symmetric, none negative, with a diagonal of 0.
  Tensor fit_transform_distances(const Tensor& distances);
  // The same of squares, for methods that have them, of the distances times `scale`; errors are in `who`'s name. A
  // component without a positive eigenvalue is all 0.
  Tensor fit_transform_squares(const Tensor& squares, std::string_view who, double scale = 1);

  std::vector<double> eigenvalues;  // [n_components] of B
  std::vector<double> row_means;    // [N] of the squares
  double mean = 0;                  // of all squares

 private:
  MdsOptions options_;
};

}  // namespace gradfold
