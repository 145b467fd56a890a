#include "autograd/ops/bottleneck.h"

#include "autograd/record.h"
#include "tensor/bottleneck.h"

namespace gradfold {
// y = x + W3 h2 + b3, h2 = relu(W2 * h1 + b2), h1 = relu(W1 relu(x) + b1)
// dh2 = W3^T dy where h2 > 0      dh1 = W2 (*) dh2 where h1 > 0      dx = dy + (W1^T dh1 where x > 0)
// dW3 = dy h2^T   dW2 = h1 (*) dh2   dW1 = dh1 relu(x)^T   and db the sums of dy, dh2, dh1 over pixels
// saves: x, h1, h2, the weights
Var bottleneck(const Var& x, const WeightAndBias& reduce, const WeightAndBias& conv, const WeightAndBias& expand,
               const std::vector<Tap>& taps) {
  const std::vector<Var> inputs{x,         reduce.weight, reduce.bias, conv.weight,
                                conv.bias, expand.weight, expand.bias};
  const BottleneckWeights<Tensor> weights{inputs[1].value(), inputs[2].value(), inputs[3].value(),
                                          inputs[4].value(), inputs[5].value(), inputs[6].value()};
  bool keep_maps = false;
  for (const Var& input : inputs) keep_maps = keep_maps || (grad_enabled() && input.requires_grad());
  Tensor maps;
  Tensor y = bottleneck(x.value(), weights, taps, keep_maps ? &maps : nullptr);
  const int count = static_cast<int>(inputs.size());
  return record("bottleneck", inputs, std::move(y),
                [x = x.value(), maps = std::move(maps), weights, taps, count](const Tensor& dy,
                                                                              Needs need) -> Grads {
                  bool any_weight = false;
                  for (int i = 1; i < count; ++i) any_weight = any_weight || need[i];
                  BottleneckWeights<Tensor> d;
                  Tensor dx = bottleneck_backward(dy, x, maps, weights, taps, any_weight ? &d : nullptr);
                  return {dx, d.reduce, d.reduce_bias, d.conv, d.conv_bias, d.expand, d.expand_bias};
                });
}

}  // namespace gradfold
