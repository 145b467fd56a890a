#include "nn/diagonal_bilstm.h"

#include "autograd/ops.h"
#include "nn/group_gates.h"
#include "nn/lstm_cell.h"
#include "nn/lstm_plane.h"

namespace gradfold {
namespace {

// One row further down: along `dim`, in which a row is `count` long. The first row is 0.
Var shift_down(const Var& x, int dim, Index count) {
  std::vector<PadWidth> ends(static_cast<std::size_t>(x.value().rank()));
  ends[static_cast<std::size_t>(dim)].before = count;
  return pad(slice(x, dim, 0, x.size(dim) - count), ends);
}

}  // namespace

DiagonalBiLstm::Direction::Direction(Index in, Index hidden, Index groups)
    : input_to_state(child<MaskedConv2d>("input_to_state", MaskType::kB, in, 4 * hidden, Size2{1, 1},
                                         MaskedConvOptions{.groups = groups})),
      state_to_state(param("state_to_state", {4 * hidden, hidden, 2}, init::torch_default({4 * hidden, hidden, 2}))),
      h0(param("h0", {hidden}, init::zeros())), c0(param("c0", {hidden}, init::zeros())) {}

Var DiagonalBiLstm::Direction::run(const Var& x, const LstmScan& diagonals, Index groups) {
  return scoped([&] {
    // The gates' order is that of the weight's rows, of which there are fewer than pixels.
    const Index in = x.size(2), out = input_to_state.out;
    const Var weight = group_gates(reshape(input_to_state.seen_weight(), {1, out, in, 1}), groups, 4);
    const Var bias = group_gates(reshape(input_to_state.bias, {1, out, 1, 1}), groups, 4);
    const Var gates = linear(x, reshape(weight, {out, in}), reshape(bias, {out}));
    return lstm_scan(gates, state_to_state, h0, c0, diagonals);
  });
}

Var DiagonalBiLstm::Direction::composed(const Var& x, Index groups) {
  const Index n = x.size(0), height = x.size(2), hidden = h0.size(0);
  const Var gates = skew(group_gates(input_to_state(x), groups, 4));
  const Tensor inside = skew(Var(Tensor::ones({1, 1, height, x.size(3)}))).value();
  const Var kernel = unsqueeze(state_to_state, 3), edge = fill_plane(h0, {n, hidden, 1, 1});
  const LstmState first{fill_plane(h0, {n, hidden, height, 1}), fill_plane(c0, {n, hidden, height, 1})};
  LstmState state = first;
  std::vector<Var> columns;
  for (Index j = 0; j < gates.size(3); ++j) {
    const Var from_before = conv2d(concatenate({edge, state.h}, 2), kernel);
    state = lstm_step(slice(gates, 3, j, j + 1) + from_before, state.c);
    // Cells outside the image stay as they were at first.
    const Tensor here = inside.slice(3, j, j + 1);
    state = {where(here, state.h, first.h), where(here, state.c, first.c)};
    columns.push_back(state.h);
  }
  return unskew(concatenate(columns, 3));
}

DiagonalBiLstm::DiagonalBiLstm(Index in, Index hidden, DiagonalBiLstmOptions options)
    : in(in), hidden(hidden), options(options), left(child<Direction>("left", in, hidden, options.groups)),
      right(child<Direction>("right", in, hidden, options.groups)) {}

Var DiagonalBiLstm::forward(const Var& x) {
  check_shape("DiagonalBiLstm", "x", x.shape(), {"N", in, "H", "W"});
  const Index height = x.size(2), width = x.size(3);
  const Var pixels = to_pixels(x);
  const Var from_left = left.run(pixels, LstmScan::diagonals(height, width, /*mirrored=*/false), options.groups);
  const Var from_right = right.run(pixels, LstmScan::diagonals(height, width, /*mirrored=*/true), options.groups);
  return to_maps(from_left + shift_down(from_right, 1, width), height, width);
}

Var DiagonalBiLstm::composed(const Var& x) {
  const Var from_right = flip(right.composed(flip(x, 3), options.groups), 3);
  return left.composed(x, options.groups) + shift_down(from_right, 2, 1);
}

// With rows of W + H pixels, the last H of them zero, pixel (r, s) stands at r (W + H) + s = r (W + H - 1) + (r + s):
// read as rows of W + H - 1, that is pixel (r, r + s).
Var skew(const Var& x) {
  const Index n = x.size(0), c = x.size(1), h = x.size(2), w = x.size(3);
  const Var padded = reshape(pad(x, {{0, 0}, {0, 0}, {0, 0}, {0, h}}), {n, c, h * (w + h)});
  return reshape(slice(padded, 2, 0, h * (w + h - 1)), {n, c, h, w + h - 1});
}

Var unskew(const Var& x) {
  const Index n = x.size(0), c = x.size(1), h = x.size(2), w = x.size(3) - h + 1;
  const Var padded = pad(reshape(x, {n, c, h * (w + h - 1)}), {{0, 0}, {0, 0}, {0, h}});
  return slice(reshape(padded, {n, c, h, w + h}), 3, 0, w);
}

}  // namespace gradfold
