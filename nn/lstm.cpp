#include "nn/lstm.h"

#include <fmt/core.h>

#include "autograd/ops.h"

namespace gradfold {

Lstm::Lstm(Index in, Index hidden, Index layers) : in(in), hidden(hidden), layers(declare(layers)) {}

std::vector<Lstm::Layer> Lstm::declare(Index count) {
  require(in > 0 && hidden > 0 && count > 0, "Lstm", "in is {}, hidden {} and layers {}; each must be 1 or more", in,
          hidden, count);
  const Init init = init::torch_default({1, hidden});
  std::vector<Layer> made;
  for (Index k = 0; k < count; ++k) {
    const auto name = [k](const char* what) { return fmt::format("{}_l{}", what, k); };
    const Var weight_ih = param(name("weight_ih"), {4 * hidden, k == 0 ? in : hidden}, init);
    const Var weight_hh = param(name("weight_hh"), {4 * hidden, hidden}, init);
    const Var bias_ih = param(name("bias_ih"), {4 * hidden}, init);
    made.push_back({weight_ih, weight_hh, bias_ih, param(name("bias_hh"), {4 * hidden}, init)});
  }
  return made;
}

Var Lstm::forward(const Var& x) {
  check_shape("Lstm", "x", x.shape(), {"N", "T", in});
  const Index n = x.size(0), steps = x.size(1);
  const Var zero(Tensor::zeros({hidden}));
  Var h = x;
  for (const Layer& layer : layers) {
    const Var gates = linear(h, layer.weight_ih, layer.bias_ih + layer.bias_hh);
    h = lstm_scan(reshape(gates, {1, n * steps, 4 * hidden}), reshape(layer.weight_hh, {4 * hidden, hidden, 1}), zero,
                  zero, LstmScan::sequences(n, steps));
    h = reshape(h, {n, steps, hidden});
  }
  return h;
}

}  // namespace gradfold
