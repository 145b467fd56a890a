#pragma once
#include <span>

#include "tensor/real.h"
#include "tensor/tap.h"

// Convolution (cross-correlation) over raw contiguous memory, and its two gradients.
namespace gradfold {

//   y[n, o, i, j] = sum over c and taps (r, s) of
//                   weight[o, c, r, s] * x[n, c, i * stride_h + r - pad_h, j * stride_w + s - pad_w]
// with zeros outside x.
struct ConvGeometry {
  Index n = 0, c_in = 0, h = 0, w = 0;    // x [n, c_in, h, w]
  Index c_out = 0, kh = 0, kw = 0;        // weight [c_out, c_in, kh, kw]
  Index stride_h = 1, stride_w = 1, pad_h = 0, pad_w = 0;
  // The taps that take part, each once; empty: all. The others are skipped in all three functions, not
  // multiplied by zero, so a masked convolution costs as many taps as it keeps.
  std::span<const Tap> taps = {};
  Index crop_h = 0, crop_w = 0;  // rows and columns of y that are left out below and on the right

  Index out_h() const { return (h + 2 * pad_h - kh) / stride_h + 1 - crop_h; }  // y [n, c_out, out_h, out_w]
  Index out_w() const { return (w + 2 * pad_w - kw) / stride_w + 1 - crop_w; }
};

// y = relu?(conv(x, weight) + bias[o]); bias may be null. All results are overwritten, and have the same
// bits for any number of threads.
void conv2d_forward(const ConvGeometry& g, const Real* x, const Real* weight, const Real* bias, bool relu, Real* y);

// dx from dy.
void conv2d_backward_input(const ConvGeometry& g, const Real* dy, const Real* weight, Real* dx);

// dweight, exactly 0 at the taps left out; and dbias[o], the sum of dy over images and pixels, unless null.
void conv2d_backward_weight(const ConvGeometry& g, const Real* x, const Real* dy, Real* dweight, Real* dbias);

// The transposed convolution: the geometry is that of the convolution which it transposes, so its input
// has y's shape [n, c_out, out_h, out_w], its output x's shape, and its bias is [c_in] (or null).
// Its gradients are conv2d_forward (to its input) and conv2d_backward_weight with the two swapped.
void conv_transpose2d_forward(const ConvGeometry& g, const Real* input, const Real* weight, const Real* bias,
                              Real* output);

// The same by plain loops: what the fast versions are tested against, and what the double build runs.
void conv2d_forward_ref(const ConvGeometry& g, const Real* x, const Real* weight, const Real* bias, bool relu,
                        Real* y);
void conv2d_backward_input_ref(const ConvGeometry& g, const Real* dy, const Real* weight, Real* dx);
void conv2d_backward_weight_ref(const ConvGeometry& g, const Real* x, const Real* dy, Real* dweight, Real* dbias);

}  // namespace gradfold
