#pragma once
#include <vector>

#include "tensor/tensor.h"

// A few long vectors side by side, as methods that iterate on a subspace need them: x [N, K], row-major, one vector a
// column, K of some dozens at most. All in double; sums are added up in the order of rows, whatever the thread count.
namespace gradfold {

struct ColumnBlock {
  Index rows = 0, columns = 0;
  std::vector<double> value;  // [rows, columns]

  ColumnBlock(Index n, Index k) : rows(n), columns(k), value(static_cast<std::size_t>(n * k), 0.0) {}
  double* row(Index i) { return value.data() + i * columns; }
  const double* row(Index i) const { return value.data() + i * columns; }
};

// a^T b [K, K], row-major.
std::vector<double> inner_products(const ColumnBlock& a, const ColumnBlock& b);

// Column c becomes the combination x v of all columns, v the row c of `weights` [K, K].
void combine(ColumnBlock& x, const std::vector<double>& weights);

// Makes the columns orthonormal, each within the span of itself and those before it: the first keeps its direction.
// Cholesky QR, repeated, since one round leaves an error that grows with the square of the condition number (Yamamoto
// et al. 2015, "Roundoff error analysis of the CholeskyQR2 algorithm"). A column that depends on those before it gives
// way to an arbitrary one, the same each time. Throws an Error if there are fewer rows than columns, or on numbers that
// are not finite.
void orthonormalize(ColumnBlock& x);

// An orthonormal basis [N, K] of the columns of x [N, K], N >= K.
Tensor orthonormal_columns(const Tensor& x);

}  // namespace gradfold
