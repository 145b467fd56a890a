#pragma once
#include "autograd/var.h"
#include "tensor/normalize.h"

namespace gradfold {

// y = (x - mean) / sqrt(variance + eps) * weight + bias, variance over n. weight and bias may be left undefined,
// both together: 1 and 0.

// mean and variance of each run of x's last numbers by itself.   x [..., normalized], weight, bias [normalized]
Var layer_norm(const Var& x, const Shape& normalized, const Var& weight, const Var& bias, Real eps);

// mean and variance of each channel over the batch (and the image), which go to *batch if that is given.
//   x [N, C] or [N, C, H, W], weight, bias [C]
Var batch_norm(const Var& x, const Var& weight, const Var& bias, Real eps, ChannelMoments* batch = nullptr);
// mean and variance given: constants.
Var batch_norm_fixed(const Var& x, const ChannelMoments& fixed, const Var& weight, const Var& bias, Real eps);

}  // namespace gradfold
