#pragma once
#include "tensor/real.h"

// Layer normalization of each row of row-major memory x [rows, count] by itself:
//   y = (x - mean) * scale * weight + bias,   scale = 1 / sqrt(variance + eps), variance over count
// weight and bias are [count], or both null for 1 and 0. The same bits on any number of threads.
namespace gradfold {

struct RowsShape {
  Index rows, count;
};

// Writes mean and scale [rows] as well, for backward.
void layer_norm_forward(const Real* x, RowsShape shape, const Real* weight, const Real* bias, Real eps, Real* y,
                        Real* mean, Real* scale);

// Gradients of what was normalized. What is null is not wanted; weight may be null as in forward.
struct LayerNormGrads {
  Real *dx, *dweight, *dbias;
};
void layer_norm_backward(const Real* dy, const Real* x, RowsShape shape, const Real* weight, const Real* mean,
                         const Real* scale, LayerNormGrads out);

// The same by plain loops, sums in double.
void layer_norm_forward_ref(const Real* x, RowsShape shape, const Real* weight, const Real* bias, Real eps, Real* y,
                            Real* mean, Real* scale);
void layer_norm_backward_ref(const Real* dy, const Real* x, RowsShape shape, const Real* weight, const Real* mean,
                             const Real* scale, LayerNormGrads out);

}  // namespace gradfold
