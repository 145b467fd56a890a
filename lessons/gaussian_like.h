#pragma once
#include "tensor/random.h"
#include "tensor/tensor.h"

namespace gradfold {

// Draws [n, D] of the Gaussian with the mean and the covariance of the rows x [N, D]. The covariance gets 1/10,000 of
// its diagonal and 1e-6 on top, so that columns which hardly vary do no harm.
Tensor gaussian_like(const Tensor& x, Index n, Rng& rng);

}  // namespace gradfold
