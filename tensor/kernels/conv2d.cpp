#include "tensor/kernels/conv2d.h"

#include "tensor/kernels/conv2d_gather.h"
#include "tensor/kernels/gemm.h"

namespace gradfold {
namespace {

using conv::Gather;
using conv::Shift;

// One tap that meets every pixel: the images are matrices already.
bool is_pointwise(const ConvGeometry& g) {
  return g.kh == 1 && g.kw == 1 && g.stride_h == 1 && g.stride_w == 1 && g.pad_h == 0 && g.pad_w == 0;
}

// out[n] = weight (or its transpose) * source[n], [rows, pixels] = [rows, channels] [channels, pixels].
void pointwise(const ConvGeometry& g, bool transposed, const Real* source, const Real* weight, const Real* bias,
               bool relu, Real* out) {
  const Index rows = transposed ? g.c_in : g.c_out, channels = transposed ? g.c_out : g.c_in, pixels = g.h * g.w;
  gemm_batched({.m = rows, .n = pixels, .k = channels, .a = weight, .lda = g.c_in, .b = source, .ldb = pixels,
                .c = out, .ldc = pixels, .trans_a = transposed, .row_bias = bias, .relu = relu},
               {.count = g.n, .stride_a = 0, .stride_b = channels * pixels, .stride_c = rows * pixels});
}

void forward(const ConvGeometry& g, const Real* x, const Real* weight, const Real* bias, bool relu, Real* y) {
  if (is_pointwise(g)) return pointwise(g, false, x, weight, bias, relu, y);
  const Index oh = g.out_h(), ow = g.out_w(), taps = g.kh * g.kw;
  conv::gather({.n = g.n, .channels = g.c_in, .h = g.h, .w = g.w, .rows = g.c_out, .out_h = oh, .out_w = ow,
                .stride_h = g.stride_h, .stride_w = g.stride_w, .shifts = conv::shifts_of(g),
                .weight_row = g.c_in * taps, .weight_channel = taps, .bias = bias, .relu = relu,
                .out_image = g.c_out * oh * ow, .out_plane = oh * ow, .out_at = 0, .out_down = ow, .out_right = 1},
               x, weight, y);
}

// Input rows a, a + stride_h, ... and columns b, b + stride_w, ... see one and the same set of taps, each at
// a fixed distance in dy: a convolution of stride 1 over dy for every remainder (a, b).
std::vector<Shift> shifts_back(const ConvGeometry& g, Index a, Index b) {
  std::vector<Shift> shifts;
  for (const Shift& s : conv::shifts_of(g))
    if ((a - s.dh) % g.stride_h == 0 && (b - s.dw) % g.stride_w == 0)
      shifts.push_back({(a - s.dh) / g.stride_h, (b - s.dw) / g.stride_w, s.weight});
  return shifts;
}

void backward_input(const ConvGeometry& g, const Real* dy, const Real* weight, const Real* bias, Real* dx) {
  if (is_pointwise(g)) return pointwise(g, true, dy, weight, bias, false, dx);
  const Index taps = g.kh * g.kw;
  for (Index a = 0; a < g.stride_h; ++a)
    for (Index b = 0; b < g.stride_w; ++b)
      conv::gather({.n = g.n, .channels = g.c_out, .h = g.out_h(), .w = g.out_w(), .rows = g.c_in,
                    .out_h = (g.h - a + g.stride_h - 1) / g.stride_h, .out_w = (g.w - b + g.stride_w - 1) / g.stride_w,
                    .stride_h = 1, .stride_w = 1, .shifts = shifts_back(g, a, b),
                    .weight_row = taps, .weight_channel = g.c_in * taps, .bias = bias,
                    .out_image = g.c_in * g.h * g.w, .out_plane = g.h * g.w, .out_at = a * g.w + b,
                    .out_down = g.stride_h * g.w, .out_right = g.stride_w},
                   dy, weight, dx);
}

}  // namespace

void conv2d_forward(const ConvGeometry& g, const Real* x, const Real* weight, const Real* bias, bool relu, Real* y) {
  if constexpr (kFastKernels)
    forward(g, x, weight, bias, relu, y);
  else
    conv2d_forward_ref(g, x, weight, bias, relu, y);
}

void conv2d_backward_input(const ConvGeometry& g, const Real* dy, const Real* weight, Real* dx) {
  if constexpr (kFastKernels)
    backward_input(g, dy, weight, nullptr, dx);
  else
    conv2d_backward_input_ref(g, dy, weight, dx);
}

void conv_transpose2d_forward(const ConvGeometry& g, const Real* input, const Real* weight, const Real* bias,
                              Real* output) {
  if constexpr (kFastKernels) return backward_input(g, input, weight, bias, output);
  conv2d_backward_input_ref(g, input, weight, output);
  for (Index i = 0; bias && i < g.n * g.c_in * g.h * g.w; ++i) output[i] += bias[i / (g.h * g.w) % g.c_in];
}

}  // namespace gradfold
