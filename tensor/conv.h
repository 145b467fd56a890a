#pragma once
#include <vector>

#include "tensor/tap.h"
#include "tensor/tensor.h"

namespace gradfold {

// Height and width of something: one number means both.
struct Size2 {
  Index h = 0, w = 0;
  Size2() = default;
  Size2(int both) : h(both), w(both) {}
  Size2(Index both) : h(both), w(both) {}
  Size2(Index height, Index width) : h(height), w(width) {}
  bool operator==(const Size2&) const = default;
};

struct Conv2dOptions {
  Size2 stride = 1;
  Size2 padding = 0;
  // Kernel positions that take part; empty means all. The others are skipped, not multiplied by zero:
  // they cost nothing, and the gradient of their weights is exactly 0 (masked convolution).
  std::vector<Tap> taps = {};
  // conv2d gives max(y, 0), in the same pass. Its gradient functions do not look at this: their dy is that
  // of the convolution itself.
  bool relu = false;
  // Rows and columns of the result that are left out below and on the right, and never computed. Padding is on both
  // sides; where a window shall end at its pixel instead of standing around it, padding and crop are the kernel less 1.
  Size2 crop = 0;
};

// Cross-correlation, as every framework means by convolution.
//   x [N, C_in, H, W], weight [C_out, C_in, KH, KW], bias [C_out] or undefined
//   -> [N, C_out, (H + 2 ph - KH) / sh + 1, (W + 2 pw - KW) / sw + 1], less what crop leaves out
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv2dOptions& options = {});
// d loss / d x, from dy and the weight; x_shape tells the size that stride rounded away.
Tensor conv2d_backward_input(const Tensor& dy, const Tensor& weight, const Shape& x_shape,
                             const Conv2dOptions& options = {});
// d loss / d weight; with dbias given, d loss / d bias [C_out] as well, from the same pass over dy.
Tensor conv2d_backward_weight(const Tensor& dy, const Tensor& x, const Shape& weight_shape,
                              const Conv2dOptions& options = {}, Tensor* dbias = nullptr);

// The transpose of conv2d as a linear map; output_padding settles the size that stride leaves open.
//   x [N, C_in, H, W], weight [C_in, C_out, KH, KW] -> [N, C_out, (H-1) sh - 2 ph + KH + output_padding, ...]
Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv2dOptions& options = {},
                        Size2 output_padding = 0);

}  // namespace gradfold
