#pragma once
#include <vector>

#include "tensor/tap.h"
#include "tensor/tensor.h"

namespace gradfold {

// Weights of a bottleneck: reduce [M, C, 1, 1], conv [M, M, KH, KW], expand [C, M, 1, 1]; biases [M], [M], [C].
struct BottleneckWeightTensors {
  Tensor reduce, reduce_bias, conv, conv_bias, expand, expand_bias;
};

// y = x + expand(relu(conv(relu(reduce(relu(x)))))), x [N, C, H, W] -> y the same. Each is a convolution of
// stride 1; conv is padded with zeros to keep H and W, so KH and KW are odd, and uses the taps given, or all.
// One pass over memory instead of six (tensor/kernels/bottleneck.h). `maps`, if given, gets what backward needs.
Tensor bottleneck(const Tensor& x, const BottleneckWeightTensors& weights, const std::vector<Tap>& taps = {},
                  Tensor* maps = nullptr);
// d loss / d x; with dweights given, the gradients of the weights and biases as well.
Tensor bottleneck_backward(const Tensor& dy, const Tensor& x, const Tensor& maps,
                           const BottleneckWeightTensors& weights, const std::vector<Tap>& taps = {},
                           BottleneckWeightTensors* dweights = nullptr);

}  // namespace gradfold
