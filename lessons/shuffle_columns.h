#pragma once
#include "tensor/random.h"
#include "tensor/tensor.h"

namespace gradfold {

// Rows [N, D] whose every column was shuffled on its own: each number keeps its distribution, but knows nothing of the
// others in its row any more.
Tensor shuffle_columns(const Tensor& rows, Rng rng);

}  // namespace gradfold
