#pragma once
#include "tensor/tensor.h"

namespace gradfold {

// Peak signal-to-noise ratio of each image in dB, [N]: 10 log10(1 / mean over pixels of (y - x)^2), where 1 is the
// range of grey values 0..1. Halving the error's size adds 6 dB. No more than 100, which an exact image gets, so that
// the mean over images is a number.
//   y what is judged, x what it should be, both [N, C, H, W]
Tensor psnr(const Tensor& y, const Tensor& x);

}  // namespace gradfold
