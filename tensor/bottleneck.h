#pragma once
#include <vector>

#include "tensor/bottleneck_weights.h"
#include "tensor/tap.h"
#include "tensor/tensor.h"

namespace gradfold {

// y = x + expand(relu(conv(relu(reduce(relu(x)))))), x [N, C, H, W] -> y the same. Each is a convolution of
// stride 1; conv is padded with zeros to keep H and W, so KH and KW are odd, and uses the taps given, or all.
// One pass over memory instead of six (tensor/kernels/bottleneck.h). `maps`, if given, gets what backward needs.
Tensor bottleneck(const Tensor& x, const BottleneckWeights<Tensor>& weights, const std::vector<Tap>& taps = {},
                  Tensor* maps = nullptr);
// dy [N, C, H, W] -> d loss / d x, the same; with dweights given, the gradients of the weights and biases as well.
// x, weights and taps are those of the forward pass, `maps` what it kept; dy or maps of another size throw.
Tensor bottleneck_backward(const Tensor& dy, const Tensor& x, const Tensor& maps,
                           const BottleneckWeights<Tensor>& weights, const std::vector<Tap>& taps = {},
                           BottleneckWeights<Tensor>* dweights = nullptr);

}  // namespace gradfold
