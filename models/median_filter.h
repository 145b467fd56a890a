#pragma once
#include "tensor/tensor.h"

namespace gradfold {

// Each pixel replaced by the median of the window x window pixels around it, window odd: the usual way to take noise
// away without learning anything (Tukey 1971), and what a denoiser must beat. Beyond its border an image goes on as
// its border pixels.   x [N, C, H, W] -> the same shape
Tensor median_filter(const Tensor& x, Index window = 3);

}  // namespace gradfold
