// The plain twins of lstm_cell.cpp.
#include <cmath>

#include "tensor/kernels/lstm_cell.h"
#include "tensor/kernels/vector_math.h"

namespace gradfold {

void lstm_cells_ref(const LstmCells& cells) {
  const Index n = cells.hidden;
  for (Index j = 0; j < cells.count; ++j) {
    Real *i = cells.gates + j * cells.gate_step, *f = i + n, *g = f + n, *o = g + n;
    vec::sigmoid_ref(i, i, 2 * n);
    vec::tanh_ref(g, g, n);
    vec::sigmoid_ref(o, o, n);
    for (Index u = 0; u < n; ++u) {
      const Real c = f[u] * cells.c_before[j * n + u] + i[u] * g[u];
      cells.c[j * n + u] = c;
      cells.h[j * n + u] = o[u] * std::tanh(c);
    }
  }
}

void lstm_cells_backward_ref(const LstmCellsBackward& cells) {
  const Index n = cells.hidden;
  for (Index j = 0; j < cells.count; ++j) {
    const Real* gates = cells.gates + j * cells.gate_step;
    Real* dgates = cells.dgates + j * cells.gate_step;
    for (Index u = 0; u < n; ++u) {
      const Real i = gates[u], f = gates[n + u], g = gates[2 * n + u], o = gates[3 * n + u];
      const Real t = std::tanh(cells.c[j * n + u]), dh = cells.dh[j * n + u];
      Real& dc = cells.dc[j * n + u];
      const Real d = dc + dh * o * (1 - t * t);
      dgates[u] = d * g * i * (1 - i);
      dgates[n + u] = d * cells.c_before[j * n + u] * f * (1 - f);
      dgates[2 * n + u] = d * i * (1 - g * g);
      dgates[3 * n + u] = dh * t * o * (1 - o);
      dc = d * f;
    }
  }
}

}  // namespace gradfold
