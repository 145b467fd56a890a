#include "tensor/kernels/gemm.h"

namespace gradfold {
namespace {

// One row of C at a time, k in the middle, so that the inner loop walks rows of B and C.
void row_ref(const GemmArgs& g, Index i) {
  Real* c = g.c + i * g.ldc;
  for (Index j = 0; j < g.n; ++j) c[j] = g.beta == 0 ? 0 : g.beta * c[j];
  for (Index p = 0; p < g.k; ++p) {
    const Real a = g.alpha * (g.trans_a ? g.a[p * g.lda + i] : g.a[i * g.lda + p]);
    for (Index j = 0; j < g.n; ++j) c[j] += a * (g.trans_b ? g.b[j * g.ldb + p] : g.b[p * g.ldb + j]);
  }
  for (Index j = 0; j < g.n; ++j) {
    if (g.row_bias) c[j] += g.row_bias[i];
    if (g.col_bias) c[j] += g.col_bias[j];
    if (g.relu && c[j] < 0) c[j] = 0;
  }
}

}  // namespace

void gemm_ref(const GemmArgs& g) {
  for (Index i = 0; i < g.m; ++i) row_ref(g, i);
}

}  // namespace gradfold
