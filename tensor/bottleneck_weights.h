#pragma once

namespace gradfold {

// What a bottleneck (tensor/bottleneck.h) holds, as tensors, as pointers to their numbers, or as their gradients:
//   reduce [M, C, 1, 1], conv [M, M, KH, KW], expand [C, M, 1, 1]; biases [M], [M], [C]
template <class T>
struct BottleneckWeights {
  T reduce, reduce_bias, conv, conv_bias, expand, expand_bias;

  // f of each of the six.
  template <class F>
  auto map(F f) const -> BottleneckWeights<decltype(f(reduce))> {
    return {f(reduce), f(reduce_bias), f(conv), f(conv_bias), f(expand), f(expand_bias)};
  }
};

}  // namespace gradfold
