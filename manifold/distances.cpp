#include "manifold/distances.h"

#include <algorithm>

#include "tensor/elementwise.h"
#include "tensor/kernels/gemm.h"
#include "tensor/parallel.h"
#include "tensor/reduce.h"

namespace gradfold {
namespace {

constexpr Index kFewColumns = 8;
constexpr Index kDistanceRowsTogether = 8;

}  // namespace

SquaredDistances::SquaredDistances(const Tensor& x) : n_(x.size(0)), d_(x.size(1)) {
  rows_ = x - mean(x, {0});
  norms_ = sum(square(rows_), {1});
  if (d_ <= kFewColumns) columns_ = rows_.transpose(0, 1).contiguous();
}

void SquaredDistances::fill(Index begin, Index end, Real* out) const {
  const Real* norms = norms_.data();
  const Real* rows = rows_.data();
  const bool by_product = d_ > kFewColumns;
  if (by_product) {
    gemm({.m = end - begin, .n = n_, .k = d_, .a = rows + begin * d_, .lda = d_, .b = rows, .ldb = d_, .c = out,
          .ldc = n_, .trans_b = true, .alpha = -2, .row_bias = norms + begin, .col_bias = norms});
  }
  parallel_for(end - begin, kDistanceRowsTogether, [&](Index from, Index to) {
    for (Index i = from; i < to; ++i) {
      Real* row = out + i * n_;
      if (by_product) {
        for (Index j = 0; j < n_; ++j) row[j] = std::max(row[j], Real(0));
        row[begin + i] = 0;
      } else {
        differences(begin + i, row);
      }
    }
  });
}

void SquaredDistances::differences(Index i, Real* row) const {
  std::fill_n(row, n_, Real(0));
  for (Index c = 0; c < d_; ++c) {
    const Real* column = columns_.data() + c * n_;
    const Real at = column[i];
    for (Index j = 0; j < n_; ++j) row[j] += (column[j] - at) * (column[j] - at);
  }
}

Tensor squared_distances(const Tensor& x) {
  const SquaredDistances distances(x);
  const Index n = distances.size();
  Tensor out({n, n});
  distances.fill(0, n, out.data());
  return out;
}

}  // namespace gradfold
