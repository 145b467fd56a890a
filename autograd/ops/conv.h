#pragma once
#include "autograd/var.h"
#include "tensor/conv.h"

namespace gradfold {

// Cross-correlation, with stride, padding, crop and, for masked convolution, the taps that take part; with
// .relu = true a ReLU follows in the same pass.
//   x [N, C_in, H, W], weight [C_out, C_in, KH, KW], bias [C_out] or undefined
//   -> [N, C_out, (H + 2 ph - KH) / sh + 1, (W + 2 pw - KW) / sw + 1]
// Not supported: dilation, groups.
Var conv2d(const Var& x, const Var& weight, const Var& bias = {}, const Conv2dOptions& options = {});

// The transpose of conv2d as a linear map; output_padding settles the size that stride leaves open.
//   x [N, C_in, H, W], weight [C_in, C_out, KH, KW], bias [C_out] or undefined
//   -> [N, C_out, (H - 1) sh - 2 ph + KH + output_padding, ...]
Var conv_transpose2d(const Var& x, const Var& weight, const Var& bias = {}, const Conv2dOptions& options = {},
                     Size2 output_padding = 0);

}  // namespace gradfold
