#include "nn/row_lstm.h"

#include "autograd/ops.h"
#include "nn/group_gates.h"
#include "nn/lstm_cell.h"
#include "nn/lstm_plane.h"

namespace gradfold {

RowLstm::RowLstm(Index in, Index hidden, RowLstmOptions options)
    : in(in), hidden(hidden), options(options),
      input_to_state(child<MaskedConv2d>("input_to_state", MaskType::kB, in, 4 * hidden, Size2{1, options.kernel},
                                         MaskedConvOptions{.groups = options.groups})),
      state_to_state(param("state_to_state", {4 * hidden, hidden, options.kernel},
                           init::torch_default({4 * hidden, hidden, options.kernel}))),
      h0(param("h0", {hidden}, init::zeros())), c0(param("c0", {hidden}, init::zeros())) {}

Var RowLstm::forward(const Var& x) {
  check_shape("RowLstm", "x", x.shape(), {"N", in, "H", "W"});
  const LstmScan rows = LstmScan::rows(x.size(2), x.size(3), options.kernel);
  const Var gates = to_pixels(group_gates(input_to_state(x), options.groups, 4));
  return to_maps(lstm_scan(gates, state_to_state, h0, c0, rows), x.size(2), x.size(3));
}

Var RowLstm::composed(const Var& x) {
  const Index n = x.size(0), width = x.size(3);
  const Var gates = group_gates(input_to_state(x), options.groups, 4);
  const Var kernel = unsqueeze(state_to_state, 2);
  const Var edge = fill_plane(h0, {n, hidden, 1, options.kernel / 2});
  LstmState state{fill_plane(h0, {n, hidden, 1, width}), fill_plane(c0, {n, hidden, 1, width})};
  std::vector<Var> rows;
  for (Index r = 0; r < x.size(2); ++r) {
    const Var from_above = conv2d(concatenate({edge, state.h, edge}, 3), kernel);
    state = lstm_step(slice(gates, 2, r, r + 1) + from_above, state.c);
    rows.push_back(state.h);
  }
  return concatenate(rows, 2);
}

}  // namespace gradfold
