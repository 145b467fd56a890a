#pragma once
#include "tensor/real.h"

// Matrix products over raw row-major memory.
namespace gradfold {

// C[m, n] = relu?(alpha * op(A) op(B) + beta * C + row_bias[i] + col_bias[j])
//
// op(A) is [m, k]: stored as [m, k], or as [k, m] with trans_a. op(B) is [k, n]: stored as [k, n], or as
// [n, k] with trans_b. ld* is the distance from one stored row to the next. With beta = 0, C is written
// only and may hold anything. C must not overlap A or B.
struct GemmArgs {
  Index m = 0, n = 0, k = 0;
  const Real* a = nullptr;
  Index lda = 0;
  const Real* b = nullptr;
  Index ldb = 0;
  Real* c = nullptr;
  Index ldc = 0;
  bool trans_a = false, trans_b = false;
  Real alpha = 1, beta = 0;
  const Real* row_bias = nullptr;  // [m], or none
  const Real* col_bias = nullptr;  // [n], or none
  bool relu = false;
};

// Same bits for any number of threads: the sum over k is cut by its length only.
void gemm(const GemmArgs& args);

// `count` products of one shape; matrix i of each operand starts i * stride elements after the first.
// Stride 0 shares an operand (not C). The biases are shared.
struct GemmBatch {
  Index count = 1;
  Index stride_a = 0, stride_b = 0, stride_c = 0;
};
void gemm_batched(const GemmArgs& args, const GemmBatch& batch);

// The same by plain loops: what the fast versions are tested against, and what the double build runs.
void gemm_ref(const GemmArgs& args);

}  // namespace gradfold
