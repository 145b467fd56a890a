#pragma once
#include "tensor/tensor.h"

namespace gradfold {

// Squared Euclidean distances from some rows of x [N, D] to all of them, a block at a time: an N x N matrix is never
// needed whole. By gemm (|a|^2 - 2 a b + |b|^2, on centred rows, which keeps rounding small); with few columns, where
// gemm would gain nothing, by differences.
class SquaredDistances {
 public:
  explicit SquaredDistances(const Tensor& x);

  Index size() const { return n_; }
  // Distances of rows [begin, end) into out [end - begin, N], on all threads.
  // Never negative, and 0 from a row to itself.
  void fill(Index begin, Index end, Real* out) const;

 private:
  void differences(Index i, Real* row) const;

  Index n_, d_;
  Tensor rows_;     // [N, D] centred
  Tensor norms_;    // [N] |row|^2
  Tensor columns_;  // [D, N], where D is small
};

// All of them, [N, N].
Tensor squared_distances(const Tensor& x);

}  // namespace gradfold
