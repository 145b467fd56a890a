// The plain twins of gate.cpp.
#include <cmath>

#include "tensor/kernels/gate.h"
#include "tensor/kernels/vector_math.h"

namespace gradfold {

void gate_ref(const Real* a, const Real* b, Real* y, Index n) {
  for (Index i = 0; i < n; ++i) {
    Real open;
    vec::sigmoid_ref(b + i, &open, 1);
    y[i] = std::tanh(a[i]) * open;
  }
}

void gate_backward_ref(const Real* a, const Real* b, const Real* dy, Real* da, Real* db, Index n) {
  for (Index i = 0; i < n; ++i) {
    Real open;
    vec::sigmoid_ref(b + i, &open, 1);
    const Real t = std::tanh(a[i]), g = dy[i];
    da[i] = g * open * (1 - t * t);
    db[i] = g * t * open * (1 - open);
  }
}

}  // namespace gradfold
