#pragma once
#include "tensor/real.h"

// Reductions over the middle dimension of row-major memory x [outer, count, inner]: out[o, i] is the sum,
// largest or smallest of x[o, r, i] over r. Any reduction over axes is a chain of these.
//
// Sums are taken in a fixed order, block by block, so that the bits do not depend on the number of threads
// and the rounding error grows far slower than that of one running sum. NaN wins in max and min.
namespace gradfold {

void reduce_sum(const Real* x, Index outer, Index count, Index inner, Real* out);
void reduce_max(const Real* x, Index outer, Index count, Index inner, Real* out);  // count > 0
void reduce_min(const Real* x, Index outer, Index count, Index inner, Real* out);

// The same by three plain loops; the sum is accumulated in double.
void reduce_sum_ref(const Real* x, Index outer, Index count, Index inner, Real* out);
void reduce_max_ref(const Real* x, Index outer, Index count, Index inner, Real* out);
void reduce_min_ref(const Real* x, Index outer, Index count, Index inner, Real* out);

// Of n numbers in a row, on this thread.
double sum_run(const Real* x, Index n);
double sum_of_squares_run(const Real* x, Index n);
Real max_run(const Real* x, Index n);

}  // namespace gradfold
