#pragma once
#include "tensor/random.h"
#include "tensor/tensor.h"

namespace gradfold {

// Codes [N, D] as they come back after each number was kept in `bits` bits: on the nearest of 2^bits evenly spaced
// values between the least and the greatest that `seen` [M, D] has in its place, the outermost for what lies beyond.
// Throws unless bits is 1..16 and both have D numbers.
Tensor keep_bits(const Tensor& codes, const Tensor& seen, int bits);

// Rows [N, D] whose every column was shuffled on its own: each number keeps its distribution, but knows nothing of the
// others in its row any more.
Tensor shuffle_columns(const Tensor& rows, Rng rng);

}  // namespace gradfold
