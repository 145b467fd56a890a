#include "tensor/cholesky.h"

#include <cmath>

#include "tensor/parallel.h"

namespace gradfold {
namespace {

using RowMajor = std::vector<double>;

RowMajor to_double(const Tensor& a, std::string_view who) {
  check_shape(who, "a", a.shape(), {"D", "D"});
  const Tensor row_major = a.contiguous();
  return RowMajor(row_major.data(), row_major.data() + a.numel());
}

Tensor to_tensor(const RowMajor& a, Index d) {
  Tensor out(Shape{d, d});
  std::copy(a.begin(), a.end(), out.data());
  return out;
}

// a . b over the first n elements of both. Eight running sums, which fit one or two vector registers: with a
// single one each addition would wait for the one before.
double dot(const double* a, const double* b, Index n) {
  double sums[8] = {};
  Index i = 0;
  for (; i + 8 <= n; i += 8) {
    for (int lane = 0; lane < 8; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  }
  double total = 0;
  for (; i < n; ++i) total += a[i] * b[i];
  for (const double s : sums) total += s;
  return total;
}

}  // namespace

// Column by column: L[j][j] = sqrt(a[j][j] - |L[j][:j]|^2), L[i][j] = (a[i][j] - L[i][:j] . L[j][:j]) / L[j][j].
// Rows are contiguous, so both dot products run along memory.
Tensor cholesky(const Tensor& a) {
  RowMajor l = to_double(a, "cholesky");
  const Index d = a.size(0);
  for (Index j = 0; j < d; ++j) {
    double* pivot_row = &l[j * d];
    const double pivot = pivot_row[j] - dot(pivot_row, pivot_row, j);
    require(pivot > 0, "cholesky",
            "pivot {} of {} is {:.3g} but must be positive: the matrix is not positive definite; hint: add a small "
            "number to its diagonal (shrinkage)",
            j, d, pivot);
    pivot_row[j] = std::sqrt(pivot);
    parallel_for(d - j - 1, 64, [&](Index begin, Index end) {
      for (Index i = j + 1 + begin; i < j + 1 + end; ++i) {
        l[i * d + j] = (l[i * d + j] - dot(&l[i * d], pivot_row, j)) / pivot_row[j];
      }
    });
    std::fill(pivot_row + j + 1, pivot_row + d, 0.0);
  }
  return to_tensor(l, d);
}

// Row r of the inverse X from the rows above it: X[r] = (e_r - sum_{k<r} L[r][k] X[k]) / L[r][r].
Tensor lower_inverse(const Tensor& lower) {
  const RowMajor l = to_double(lower, "lower_inverse");
  const Index d = lower.size(0);
  RowMajor x(l.size(), 0.0);
  for (Index r = 0; r < d; ++r) {
    double* row = &x[r * d];
    for (Index k = 0; k < r; ++k) {
      const double factor = l[r * d + k];
      const double* above = &x[k * d];
      for (Index c = 0; c <= k; ++c) row[c] -= factor * above[c];
    }
    for (Index c = 0; c < r; ++c) row[c] /= l[r * d + r];
    row[r] = 1 / l[r * d + r];
  }
  return to_tensor(x, d);
}

}  // namespace gradfold
