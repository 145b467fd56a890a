#include "manifold/column_block.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tensor/parallel.h"

namespace gradfold {
namespace {

constexpr Index kBlockRows = 4096;      // that a thread adds up
constexpr double kDependent = 1e-14;    // of a column's square, what may be left when the others are taken off
constexpr int kCholeskyRounds = 2;

// Replaces column j by numbers that no data has reason to contain.
void replace_column(ColumnBlock& x, Index j) {
  for (Index i = 0; i < x.rows; ++i) x.row(i)[j] = std::sin(static_cast<double>((i + 1) * (2 * j + 3)));
}

// Upper R [K, K] of g = R^T R in place of g; -1, or the first column that depends on those before it.
Index cholesky(std::vector<double>& g, Index k) {
  for (Index j = 0; j < k; ++j) {
    double* row = g.data() + j * k;
    const double square = row[j];
    for (Index p = 0; p < j; ++p) {
      const double* above = g.data() + p * k;
      for (Index q = j; q < k; ++q) row[q] -= above[j] * above[q];
    }
    require(std::isfinite(row[j]), "orthonormalize", "column {} has a number that is not finite", j);
    if (row[j] <= kDependent * square) return j;
    const double root = std::sqrt(row[j]);
    for (Index q = j; q < k; ++q) row[q] /= root;
  }
  return -1;
}

// x = x R^-1, by forward substitution in each row.
void divide_right(ColumnBlock& x, const std::vector<double>& r) {
  const Index k = x.columns;
  parallel_for(x.rows, kBlockRows, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      double* row = x.row(i);
      for (Index p = 0; p < k; ++p) {
        row[p] /= r[p * k + p];
        for (Index q = p + 1; q < k; ++q) row[q] -= row[p] * r[p * k + q];
      }
    }
  });
}

}  // namespace

std::vector<double> inner_products(const ColumnBlock& a, const ColumnBlock& b) {
  const Index k = a.columns, parts = (a.rows + kBlockRows - 1) / kBlockRows;
  std::vector<std::vector<double>> part(static_cast<std::size_t>(parts));
  parallel_for(parts, 1, [&](Index begin, Index end) {
    for (Index p = begin; p < end; ++p) {
      std::vector<double>& sum = part[p];
      sum.assign(static_cast<std::size_t>(k * k), 0.0);
      for (Index i = p * kBlockRows; i < std::min(a.rows, (p + 1) * kBlockRows); ++i) {
        for (Index c = 0; c < k; ++c) {
          const double left = a.row(i)[c], *right = b.row(i);
          double* to = sum.data() + c * k;
          for (Index d = 0; d < k; ++d) to[d] += left * right[d];
        }
      }
    }
  });
  std::vector<double> sum(static_cast<std::size_t>(k * k), 0.0);
  for (const std::vector<double>& p : part) {
    for (std::size_t e = 0; e < sum.size(); ++e) sum[e] += p[e];
  }
  return sum;
}

void combine(ColumnBlock& x, const std::vector<double>& weights) {
  const Index k = x.columns;
  parallel_for(x.rows, kBlockRows, [&](Index begin, Index end) {
    std::vector<double> before(static_cast<std::size_t>(k));
    for (Index i = begin; i < end; ++i) {
      double* row = x.row(i);
      std::copy(row, row + k, before.begin());
      for (Index c = 0; c < k; ++c)
        row[c] = std::inner_product(before.begin(), before.end(), weights.data() + c * k, 0.0);
    }
  });
}

void orthonormalize(ColumnBlock& x) {
  require(x.rows >= x.columns, "orthonormalize", "{} columns have {} rows; they must have at least as many rows",
          x.columns, x.rows);
  int replaced = 0;
  for (int round = 0; round < kCholeskyRounds;) {
    std::vector<double> r = inner_products(x, x);
    const Index dependent = cholesky(r, x.columns);
    if (dependent < 0) {
      divide_right(x, r);
      ++round;
      continue;
    }
    require(++replaced <= 2 * x.columns, "orthonormalize", "no {} independent columns of {} rows were found", x.columns,
            x.rows);
    replace_column(x, dependent);
    round = 0;  // so that what was left of its errors goes as well
  }
}

Tensor orthonormal_columns(const Tensor& x) {
  check_shape("orthonormal_columns", "x", x.shape(), {"N", "K"});
  const Index n = x.size(0), k = x.size(1);
  require(n >= k, "orthonormal_columns", "x is {}; it must have at least as many rows as columns", x.shape());
  const Tensor rows = x.contiguous();
  ColumnBlock block(n, k);
  std::copy(rows.data(), rows.data() + n * k, block.value.begin());
  orthonormalize(block);
  Tensor out({n, k});
  for (Index e = 0; e < n * k; ++e) out.data()[e] = static_cast<Real>(block.value[e]);
  return out;
}

}  // namespace gradfold
