#include "tensor/conv.h"

#include "tensor/kernels/conv2d.h"

namespace gradfold {
namespace {

void check_options(const char* who, const Conv2dOptions& o, Index kh, Index kw) {
  require(o.stride.h > 0 && o.stride.w > 0, who, "stride is {} x {}; it must be 1 or more", o.stride.h, o.stride.w);
  require(o.padding.h >= 0 && o.padding.w >= 0, who, "padding is {} x {}; it must be 0 or more", o.padding.h,
          o.padding.w);
  require(o.crop.h >= 0 && o.crop.w >= 0, who, "crop is {} x {}; it must be 0 or more", o.crop.h, o.crop.w);
  for (const Tap& tap : o.taps) {
    require(tap.row >= 0 && tap.row < kh && tap.col >= 0 && tap.col < kw, who,
            "tap ({}, {}) lies outside the kernel, which is {} x {}", tap.row, tap.col, kh, kw);
  }
}

// The taps are borrowed from `o`.
ConvGeometry geometry(const char* who, const Shape& x, const Shape& weight, const Conv2dOptions& o) {
  check_shape(who, "weight", weight, {"C_out", "C_in", "KH", "KW"});
  check_shape(who, "x", x, {"N", weight[1], "H", "W"});
  check_options(who, o, weight[2], weight[3]);
  require(x[2] + 2 * o.padding.h >= weight[2] && x[3] + 2 * o.padding.w >= weight[3], who,
          "x is {} with padding {} x {}, smaller than the kernel, {} x {}", x, o.padding.h, o.padding.w, weight[2],
          weight[3]);
  const ConvGeometry g{.n = x[0], .c_in = x[1], .h = x[2], .w = x[3], .c_out = weight[0], .kh = weight[2],
                       .kw = weight[3], .stride_h = o.stride.h, .stride_w = o.stride.w, .pad_h = o.padding.h,
                       .pad_w = o.padding.w, .taps = o.taps, .crop_h = o.crop.h, .crop_w = o.crop.w};
  require(g.out_h() > 0 && g.out_w() > 0, who, "the crop, {} x {}, leaves nothing of a result of {} x {}", o.crop.h,
          o.crop.w, g.out_h() + g.crop_h, g.out_w() + g.crop_w);
  return g;
}

Shape output_shape(const ConvGeometry& g) { return {g.n, g.c_out, g.out_h(), g.out_w()}; }

void check_gradient(const char* who, const Tensor& dy, const ConvGeometry& g) {
  require(dy.shape() == output_shape(g), who, "dy is {} but the convolution's result is {}", dy.shape(),
          output_shape(g));
}

void require_defined(const char* who, const Tensor& a, const Tensor& b) {
  require(a.defined() && b.defined(), who, "an operand is an undefined tensor; both must hold numbers");
}

const Real* pointer(const Tensor& bias) { return bias.defined() ? bias.data() : nullptr; }

}  // namespace

Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv2dOptions& options) {
  require_defined("conv2d", x, weight);
  const ConvGeometry g = geometry("conv2d", x.shape(), weight.shape(), options);
  if (bias.defined()) check_shape("conv2d", "bias", bias.shape(), {g.c_out});
  Tensor y(output_shape(g));
  const Tensor px = x.contiguous(), pw = weight.contiguous(), pb = bias.contiguous();
  conv2d_forward(g, px.data(), pw.data(), pointer(pb), options.relu, y.data());
  return y;
}

Tensor conv2d_backward_input(const Tensor& dy, const Tensor& weight, const Shape& x_shape,
                             const Conv2dOptions& options) {
  require_defined("conv2d_backward_input", dy, weight);
  const ConvGeometry g = geometry("conv2d_backward_input", x_shape, weight.shape(), options);
  check_gradient("conv2d_backward_input", dy, g);
  Tensor dx(x_shape);
  const Tensor pdy = dy.contiguous(), pw = weight.contiguous();
  conv2d_backward_input(g, pdy.data(), pw.data(), dx.data());
  return dx;
}

Tensor conv2d_backward_weight(const Tensor& dy, const Tensor& x, const Shape& weight_shape,
                              const Conv2dOptions& options, Tensor* dbias) {
  require_defined("conv2d_backward_weight", dy, x);
  const ConvGeometry g = geometry("conv2d_backward_weight", x.shape(), weight_shape, options);
  check_gradient("conv2d_backward_weight", dy, g);
  Tensor dweight(weight_shape);
  if (dbias) *dbias = Tensor({g.c_out});
  const Tensor px = x.contiguous(), pdy = dy.contiguous();
  conv2d_backward_weight(g, px.data(), pdy.data(), dweight.data(), dbias ? dbias->data() : nullptr);
  return dweight;
}

Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv2dOptions& options,
                        Size2 output_padding) {
  const char* who = "conv_transpose2d";
  require_defined(who, x, weight);
  require(!options.relu, who, "the relu option is conv2d's alone; hint: relu(conv_transpose2d(...))");
  require(options.crop == Size2(0), who, "the crop option is conv2d's alone; hint: slice(conv_transpose2d(...))");
  check_shape(who, "weight", weight.shape(), {"C_in", "C_out", "KH", "KW"});
  check_shape(who, "x", x.shape(), {"N", weight.shape()[0], "H", "W"});
  const Size2 stride = options.stride, padding = options.padding;
  check_options(who, options, weight.shape()[2], weight.shape()[3]);
  require(output_padding.h >= 0 && output_padding.h < stride.h && output_padding.w >= 0 && output_padding.w < stride.w,
          who, "output_padding is {} x {}; it must be from 0 to the stride, {} x {}, less 1", output_padding.h,
          output_padding.w, stride.h, stride.w);
  const Shape shape = {x.shape()[0], weight.shape()[1],
                       (x.shape()[2] - 1) * stride.h - 2 * padding.h + weight.shape()[2] + output_padding.h,
                       (x.shape()[3] - 1) * stride.w - 2 * padding.w + weight.shape()[3] + output_padding.w};
  require(shape[2] > 0 && shape[3] > 0, who, "x is {} and weight is {}; the result, {}, would be empty", x.shape(),
          weight.shape(), shape);
  // The geometry is that of the convolution which takes the result back to x.
  const ConvGeometry g = geometry(who, shape, weight.shape(), options);
  if (bias.defined()) check_shape(who, "bias", bias.shape(), {g.c_in});
  Tensor y(shape);
  const Tensor px = x.contiguous(), pw = weight.contiguous(), pb = bias.contiguous();
  conv_transpose2d_forward(g, px.data(), pw.data(), pointer(pb), y.data());
  return y;
}

}  // namespace gradfold
