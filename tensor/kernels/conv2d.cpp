#include "tensor/kernels/conv2d.h"

namespace gradfold {

void conv2d_forward(const ConvGeometry& g, const Real* x, const Real* weight, const Real* bias, bool relu, Real* y) {
  conv2d_forward_ref(g, x, weight, bias, relu, y);
}

void conv2d_backward_input(const ConvGeometry& g, const Real* dy, const Real* weight, Real* dx) {
  conv2d_backward_input_ref(g, dy, weight, dx);
}

void conv2d_backward_weight(const ConvGeometry& g, const Real* x, const Real* dy, Real* dweight, Real* dbias) {
  conv2d_backward_weight_ref(g, x, dy, dweight, dbias);
}

void conv_transpose2d_forward(const ConvGeometry& g, const Real* input, const Real* weight, const Real* bias,
                              Real* output) {
  conv2d_backward_input_ref(g, input, weight, output);
  for (Index i = 0; bias && i < g.n * g.c_in * g.h * g.w; ++i) output[i] += bias[i / (g.h * g.w) % g.c_in];
}

}  // namespace gradfold
