#include "manifold/distances.h"

#include <algorithm>

#include "tensor/elementwise.h"
#include "tensor/kernels/gemm.h"
#include "tensor/parallel.h"
#include "tensor/reduce.h"

namespace gradfold {
namespace {

constexpr Index kFewColumns = 8;
constexpr Index kRowsTogether = 64;

}  // namespace

SquaredDistances::SquaredDistances(const Tensor& x) : n_(x.size(0)), d_(x.size(1)) {
  rows_ = x - mean(x, {0});
  norms_ = sum(square(rows_), {1});
}

void SquaredDistances::fill(Index begin, Index end, Real* out) const {
  const Real* rows = rows_.data();
  if (d_ <= kFewColumns) {
    for (Index i = begin; i < end; ++i, out += n_) {
      std::fill_n(out, n_, Real(0));
      for (Index c = 0; c < d_; ++c) {
        const Real at = rows[i * d_ + c];
        for (Index j = 0; j < n_; ++j) {
          const Real gap = rows[j * d_ + c] - at;
          out[j] += gap * gap;
        }
      }
    }
    return;
  }
  const Real* norms = norms_.data();
  gemm({.m = end - begin, .n = n_, .k = d_, .a = rows + begin * d_, .lda = d_, .b = rows, .ldb = d_, .c = out,
        .ldc = n_, .trans_b = true, .alpha = -2, .row_bias = norms + begin, .col_bias = norms});
  for (Index i = begin; i < end; ++i, out += n_) {
    for (Index j = 0; j < n_; ++j) out[j] = std::max(out[j], Real(0));
    out[i] = 0;
  }
}

Tensor squared_distances(const Tensor& x) {
  const SquaredDistances distances(x);
  const Index n = distances.size();
  Tensor out({n, n});
  parallel_for(n, kRowsTogether, [&, to = out.data()](Index begin, Index end) {
    distances.fill(begin, end, to + begin * n);
  });
  return out;
}

}  // namespace gradfold
