#include "tensor/kernels/lstm_cell.h"

#include "tensor/kernels/each_vector.h"
#include "tensor/kernels/sigmoid.h"

namespace gradfold {
namespace {

const auto forward_lanes = [](auto d, const auto& x, auto& y) __attribute__((always_inline)) {
  const auto i = vec::sigmoid_lanes(d, x[0]), f = vec::sigmoid_lanes(d, x[1]), o = vec::sigmoid_lanes(d, x[3]);
  const auto g = hn::Tanh(d, x[2]), c = hn::MulAdd(f, x[4], hn::Mul(i, g));
  y[0] = i, y[1] = f, y[2] = g, y[3] = o, y[4] = c, y[5] = hn::Mul(o, hn::Tanh(d, c));
};

// x: i, f, g, o, c_before, c, dh, dc      y: four dgates, dc
const auto backward_lanes = [](auto d, const auto& x, auto& y) __attribute__((always_inline)) {
  const auto one = hn::Set(d, Real(1)), t = hn::Tanh(d, x[5]);
  const auto dc = hn::MulAdd(hn::Mul(x[6], x[3]), hn::NegMulAdd(t, t, one), x[7]);
  const auto through = [&](auto dy, auto s) { return hn::Mul(dy, hn::NegMulAdd(s, s, s)); };  // dy s (1 - s)
  y[0] = through(hn::Mul(dc, x[2]), x[0]);
  y[1] = through(hn::Mul(dc, x[4]), x[1]);
  y[2] = hn::Mul(hn::Mul(dc, x[0]), hn::NegMulAdd(x[2], x[2], one));
  y[3] = through(hn::Mul(x[6], t), x[3]);
  y[4] = hn::Mul(dc, x[1]);
};

void lstm_cells_fast(const LstmCells& cells) {
  const Index n = cells.hidden;
  for (Index j = 0; j < cells.count; ++j) {
    Real* gate = cells.gates + j * cells.gate_step;
    each_vector<5, 6>(n, {gate, gate + n, gate + 2 * n, gate + 3 * n, cells.c_before + j * n},
                      {gate, gate + n, gate + 2 * n, gate + 3 * n, cells.c + j * n, cells.h + j * n}, forward_lanes);
  }
}

void lstm_cells_backward_fast(const LstmCellsBackward& cells) {
  const Index n = cells.hidden;
  for (Index j = 0; j < cells.count; ++j) {
    const Real* gate = cells.gates + j * cells.gate_step;
    Real *dgate = cells.dgates + j * cells.gate_step, *dc = cells.dc + j * n;
    each_vector<8, 5>(n, {gate, gate + n, gate + 2 * n, gate + 3 * n, cells.c_before + j * n, cells.c + j * n,
                          cells.dh + j * n, dc},
                      {dgate, dgate + n, dgate + 2 * n, dgate + 3 * n, dc}, backward_lanes);
  }
}

}  // namespace

void lstm_cells(const LstmCells& cells) {
  if constexpr (kFastKernels)
    lstm_cells_fast(cells);
  else
    lstm_cells_ref(cells);
}

void lstm_cells_backward(const LstmCellsBackward& cells) {
  if constexpr (kFastKernels)
    lstm_cells_backward_fast(cells);
  else
    lstm_cells_backward_ref(cells);
}

}  // namespace gradfold
