#pragma once
#include "tensor/real.h"

// One step of `count` LSTM cells of `hidden` units (Hochreiter & Schmidhuber 1997), all but its matrix product.
// A cell's four gates lie side by side in PyTorch's order i, f, g, o:
//   i, f, o = sigmoid(a), g = tanh(a)      c = f c_before + i g      h = o tanh(c)
namespace gradfold {

// gates, gate_step from one cell to the next: a on entry; i, f, g, o on return. The others are [count, hidden].
struct LstmCells {
  Index count, hidden;
  Real* gates;
  Index gate_step;
  const Real* c_before;
  Real* c;
  Real* h;
};
void lstm_cells(const LstmCells& cells);
void lstm_cells_ref(const LstmCells& cells);

// The way back. dc is d loss / d c from the step after on entry, and d loss / d c_before on return;
// dgates gets d loss / d a, from one cell to the next gate_step as well.
struct LstmCellsBackward {
  Index count, hidden;
  const Real* gates;  // i, f, g, o
  Index gate_step;
  const Real* c_before;
  const Real* c;
  const Real* dh;
  Real* dc;
  Real* dgates;
};
void lstm_cells_backward(const LstmCellsBackward& cells);
void lstm_cells_backward_ref(const LstmCellsBackward& cells);

}  // namespace gradfold
