#pragma once
#include <string_view>
#include <vector>

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

// How far the farthest of the points x [N, D] lies from `center` [D], in double: what points are scaled by before
// they are squared in Real, so that a square neither overflows nor underflows.
double largest_distance(const Tensor& x, const Real* center);

// The power of 2 that brings points to a size of about 1, and 1 for points whose squares are in range as they are.
// Multiplied by it they keep every digit.
Real scale_for_squares(const Tensor& x);

// The same of small points only. The variances of large ones are no floats, which largest_eigenpairs says.
Real scale_up_for_squares(const Tensor& x);

// Throws an Error in `who`'s name if there is no memory for `count` matrices [N, N]: sooner than the work that comes
// before they are filled.
void require_matrices(std::string_view who, Index n, Index count);

}  // namespace gradfold
