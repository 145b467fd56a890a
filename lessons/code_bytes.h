#pragma once
#include "tensor/tensor.h"

namespace gradfold {

// Codes [N, D] as they come back after each number was kept in `bits` bits: on the nearest of 2^bits evenly spaced
// values between the least and the greatest that `seen` [M, D] has in its place, the outermost for what lies beyond.
// Throws unless bits is 1..16 and both have D numbers.
Tensor keep_bits(const Tensor& codes, const Tensor& seen, int bits);

}  // namespace gradfold
