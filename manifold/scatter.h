#pragma once
#include <vector>

#include "tensor/indices.h"
#include "tensor/tensor.h"

namespace gradfold {

// The scatter matrix sum_n (x_n - m)(x_n - m)^T [D, D], row-major: N - 1 times the covariance. x [N, D]; m is row
// label[n] of centers [C, D], or its only row where there are no labels.
//
// Products by gemm, one triangle only, 1024 rows at a time; the partial sums are added in double, so the rounding
// error does not grow with N. It is some 1e-7 of the largest variance, in whatever direction: one that is far smaller
// is lost in it.
std::vector<double> scatter(const Tensor& x, const Tensor& centers, const Indices& labels = {});

// The same with all sums in double, for directions in which x hardly varies; several times as slow.
std::vector<double> scatter_in_double(const Tensor& x, const Tensor& centers, const Indices& labels = {});

// `count` numbers, from `column` on, of row i of x - m.
void centered_row(const Tensor& x, const Tensor& centers, const Indices& labels, Index i, Index column, Index count,
                  Real* out);

}  // namespace gradfold
