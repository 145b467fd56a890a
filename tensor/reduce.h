#pragma once
#include <vector>

#include "tensor/indices.h"
#include "tensor/tensor.h"

// Reductions. `dims` are the dimensions that disappear (negative counts from the back; empty means all);
// with keepdim they stay, with size 1. Sums are taken in a fixed order: the same bits on any thread count.
namespace gradfold {

using Dims = std::vector<int>;

Tensor sum(const Tensor& x, const Dims& dims = {}, bool keepdim = false);
Tensor mean(const Tensor& x, const Dims& dims = {}, bool keepdim = false);
Tensor max(const Tensor& x, const Dims& dims = {}, bool keepdim = false);
Tensor min(const Tensor& x, const Dims& dims = {}, bool keepdim = false);
Indices argmax(const Tensor& x, int dim);  // the first of equal maxima
// Adds up what broadcasting to x's shape repeated: the gradient of expand. x [N, C, H, W] -> shape.
Tensor sum_to(Tensor x, const Shape& shape);

// Over one dimension; stable (the maximum is taken out first).
Tensor logsumexp(const Tensor& x, int dim, bool keepdim = false);
Tensor softmax(const Tensor& x, int dim);
Tensor log_softmax(const Tensor& x, int dim);

double sum_of_squares(const Tensor& x);  // accumulated in double
// First element that is NaN or infinite in row-major order, or -1.
Index first_non_finite(const Tensor& x);

}  // namespace gradfold
