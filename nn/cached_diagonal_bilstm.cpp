#include "nn/cached_diagonal_bilstm.h"

#include "nn/cached_lstm_step.h"
#include "tensor/elementwise.h"

namespace gradfold {
namespace {

// One of the two matrices of state_to_state [4 hidden, hidden, 2], as [hidden, 4 hidden].
Tensor matrix(const DiagonalBiLstm::Direction& layer, Index which) {
  return layer.state_to_state.value().select(2, which).transpose(0, 1).contiguous();
}

}  // namespace

CachedDiagonalBiLstm::Direction::Direction(const DiagonalBiLstm::Direction& layer, Index n, Index width)
    : input_to_state(layer.input_to_state, n, width, /*gates=*/4), above(matrix(layer, 0)), beside(matrix(layer, 1)),
      h(2, n, width, layer.h0.value().size(0), 1, layer.h0.value()),
      c(2, n, width, layer.h0.value().size(0), 1, layer.c0.value()) {}

Tensor CachedDiagonalBiLstm::Direction::step(Index y, Index x, Index before, Tensor gates) {
  add_from_states(gates, h, y - 1, x, above);
  add_from_states(gates, h, y, before, beside);
  Tensor memory = c.get(y, before);
  const Tensor state = cached_lstm_step(gates, memory);
  h.set(y, x, state);
  c.set(y, x, memory);
  return state;
}

CachedDiagonalBiLstm::CachedDiagonalBiLstm(const DiagonalBiLstm& layer, Index n, Index width)
    : width_(width), left_(layer.left, n, width), right_(layer.right, n, width),
      right_gates_(1, n, width, 4 * layer.hidden, 0) {}

Tensor CachedDiagonalBiLstm::at(Index y, Index x, const Tensor& in) {
  if (y != begun_) run_right(y - 1);
  begun_ = y;
  right_gates_.set(y, x, right_.input_to_state.at(y, x, in));
  const Tensor from_left = left_.step(y, x, x - 1, left_.input_to_state.at(y, x, in));
  return y == 0 ? from_left : from_left + right_.h.get(y - 1, x);
}

void CachedDiagonalBiLstm::run_right(Index y) {
  for (Index x = width_ - 1; x >= 0; --x) right_.step(y, x, x + 1, right_gates_.get(y, x));
}

}  // namespace gradfold
