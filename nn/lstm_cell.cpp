#include "nn/lstm_cell.h"

#include "autograd/ops.h"

namespace gradfold {

LstmState lstm_step(const Var& gates, const Var& c_before) {
  const Index hidden = gates.size(1) / 4;
  const auto gate = [&](Index k) { return slice(gates, 1, k * hidden, (k + 1) * hidden); };
  const Var i = sigmoid(gate(0)), f = sigmoid(gate(1)), g = tanh(gate(2)), o = sigmoid(gate(3));
  const Var c = f * c_before + i * g;
  return {o * tanh(c), c};
}

// PyTorch draws all four from U(-1/sqrt(hidden), 1/sqrt(hidden)).
LstmCell::LstmCell(Index in, Index hidden)
    : in(in), hidden(hidden), weight_ih(param("weight_ih", {4 * hidden, in}, init::torch_default({1, hidden}))),
      weight_hh(param("weight_hh", {4 * hidden, hidden}, init::torch_default({1, hidden}))),
      bias_ih(param("bias_ih", {4 * hidden}, init::torch_default({1, hidden}))),
      bias_hh(param("bias_hh", {4 * hidden}, init::torch_default({1, hidden}))) {}

LstmState LstmCell::step(const Var& x, const LstmState& before) {
  return scoped([&] {
    check_shape("LstmCell", "x", x.shape(), {"N", in});
    check_shape("LstmCell", "h", before.h.shape(), {x.size(0), hidden});
    check_shape("LstmCell", "c", before.c.shape(), {x.size(0), hidden});
    return lstm_step(linear(x, weight_ih, bias_ih) + linear(before.h, weight_hh, bias_hh), before.c);
  });
}

}  // namespace gradfold
