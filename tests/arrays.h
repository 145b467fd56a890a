#pragma once
#include <vector>

#include "tensor/real.h"

// Plain memory for the tests of kernels, which know no tensors.
namespace gradfold {

// n numbers from -1 to 1, the same for the same seed.
std::vector<Real> numbers(Index n, unsigned seed);
// The largest |a - b|; NaN if there is one, and 1e9 where the sizes differ.
double distance(const std::vector<Real>& a, const std::vector<Real>& b);

}  // namespace gradfold
