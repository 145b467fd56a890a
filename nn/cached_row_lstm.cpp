#include "nn/cached_row_lstm.h"

#include "nn/cached_lstm_step.h"

namespace gradfold {

CachedRowLstm::CachedRowLstm(const RowLstm& layer, Index n, Index width)
    : input_to_state_(layer.input_to_state, n, width, /*gates=*/4),
      weight_(layer.state_to_state.value().permute({2, 1, 0}).reshape({-1, 4 * layer.hidden}).contiguous()),
      margin_(layer.options.kernel / 2), h_(2, n, width, layer.hidden, margin_, layer.h0.value()),
      c_(2, n, width, layer.hidden, margin_, layer.c0.value()) {}

Tensor CachedRowLstm::at(Index y, Index x, const Tensor& in) {
  Tensor gates = input_to_state_.at(y, x, in);
  Tensor c = c_.get(y - 1, x);
  add_from_states(gates, h_, y - 1, x - margin_, weight_);
  const Tensor h = cached_lstm_step(gates, c);
  h_.set(y, x, h);
  c_.set(y, x, c);
  return h;
}

}  // namespace gradfold
