#pragma once
#include <vector>

#include "autograd/var.h"
#include "tensor/tap.h"

namespace gradfold {

// What one convolution of a bottleneck holds.
struct WeightAndBias {
  Var weight, bias;
};

// The residual block of three convolutions as one op, image by image inside the processor's cache:
//   y = x + expand(relu(conv(relu(reduce(relu(x))))))
//   x [N, C, H, W]; reduce [M, C, 1, 1], conv [M, M, KH, KW], expand [C, M, 1, 1], each with its bias -> y as x
// conv keeps the size (odd kernel, padded with zeros) and uses the taps given, or all. By conv2d, relu and + the
// same comes out, in six passes over memory each way.
Var bottleneck(const Var& x, const WeightAndBias& reduce, const WeightAndBias& conv, const WeightAndBias& expand,
               const std::vector<Tap>& taps = {});

}  // namespace gradfold
