#pragma once
#include <string_view>

#include "tensor/tensor.h"

// Normalization in one or two passes over memory. No gradients here: autograd/ops/normalize.h has them.
// What does not fit x in shape throws.
namespace gradfold {

// Gradients of a normalization; what is undefined was not asked for.
struct NormGrads {
  Tensor dx, dweight, dbias;
};
struct NormWanted {
  bool dx, dweight, dbias;
};

// Throws "who: x is [3, 7] but its last dimensions must be [8]".
void check_normalized(std::string_view who, const Shape& x, const Shape& normalized);

// Each run of x's last numbers by itself; `normalized` are x's last dimensions:
//   y = (x - mean) * scale * weight + bias,   scale = 1 / sqrt(variance + eps), variance over n
// weight and bias have the shape `normalized`, or are both undefined (1 and 0). mean and scale are [rows].
struct LayerNormResult {
  Tensor y, mean, scale;
};
LayerNormResult layer_norm(const Tensor& x, const Shape& normalized, const Tensor& weight, const Tensor& bias,
                           Real eps);
// dy as x; mean and scale are those of the forward pass.
NormGrads layer_norm_backward(const Tensor& dy, const Tensor& x, const Shape& normalized, const Tensor& weight,
                              const Tensor& mean, const Tensor& scale, NormWanted wanted);

// Of every channel of x [N, C] or [N, C, H, W]: mean and variance (over n) [C].
struct ChannelMoments {
  Tensor mean, variance;
};
ChannelMoments channel_moments(const Tensor& x);
// y = (x - mean) / sqrt(variance + eps) * weight + bias for every channel; weight and bias [C] or both undefined.
Tensor batch_norm(const Tensor& x, const ChannelMoments& moments, const Tensor& weight, const Tensor& bias, Real eps);
// dy as x. `own`: the moments are x's own, so that x matters through them too.
NormGrads batch_norm_backward(const Tensor& dy, const Tensor& x, const ChannelMoments& moments, bool own,
                              const Tensor& weight, Real eps, NormWanted wanted);

}  // namespace gradfold
