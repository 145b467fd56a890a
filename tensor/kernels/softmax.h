#pragma once
#include "tensor/real.h"

// Softmax over the middle dimension of row-major memory x [outer, count, inner], count > 0. The largest
// number is taken out before exp, so nothing overflows. y has x's shape; for logsumexp it is [outer, inner].
//   softmax     exp(x - m) / sum exp(x - m),   m = max x
//   log_softmax (x - m) - log sum exp(x - m)
//   logsumexp   m + log sum exp(x - m)
namespace gradfold {

void softmax_middle(const Real* x, Index outer, Index count, Index inner, Real* y);
void log_softmax_middle(const Real* x, Index outer, Index count, Index inner, Real* y);
void logsumexp_middle(const Real* x, Index outer, Index count, Index inner, Real* y);

// The same by plain loops, one line of numbers at a time.
void softmax_middle_ref(const Real* x, Index outer, Index count, Index inner, Real* y);
void log_softmax_middle_ref(const Real* x, Index outer, Index count, Index inner, Real* y);
void logsumexp_middle_ref(const Real* x, Index outer, Index count, Index inner, Real* y);

}  // namespace gradfold
