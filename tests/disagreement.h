#pragma once
#include "tensor/tensor.h"

namespace gradfold {

// Largest |a - b| in units of what rounding in float may do to numbers that PyTorch computed in double: 2e-6 of
// the largest of b and 1e-5 of b itself. Above 1 is a failure, and NaN is infinitely far off.
double disagreement(const Tensor& a, const Tensor& b);

}  // namespace gradfold
