#pragma once
#include "tensor/real.h"

// The gate of Gated PixelCNN (van den Oord et al. 2016, arXiv 1606.05328, section 2.3) over runs of memory:
//   y = tanh(a) sigmoid(b)
namespace gradfold {

void gate(const Real* a, const Real* b, Real* y, Index n);
void gate_ref(const Real* a, const Real* b, Real* y, Index n);

// da = dy sigmoid(b) (1 - tanh(a)^2)      db = dy tanh(a) sigmoid(b) (1 - sigmoid(b))
void gate_backward(const Real* a, const Real* b, const Real* dy, Real* da, Real* db, Index n);
void gate_backward_ref(const Real* a, const Real* b, const Real* dy, Real* da, Real* db, Index n);

}  // namespace gradfold
