#include "nn/lstm_plane.h"

#include "autograd/ops/shape.h"

namespace gradfold {

Var lstm_plane(const Var& gates, const Var& weight, const Var& h0, const Var& c0, const LstmScan& scan) {
  const Index n = gates.size(0), hidden = weight.size(1), height = gates.size(2), width = gates.size(3);
  const Var x = permute(reshape(gates, {n, 4 * hidden, height * width}), {0, 2, 1});
  return reshape(permute(lstm_scan(x, weight, h0, c0, scan), {0, 2, 1}), {n, hidden, height, width});
}

Var fill_plane(const Var& state, const Shape& shape) { return expand(reshape(state, {1, state.size(0), 1, 1}), shape); }

}  // namespace gradfold
