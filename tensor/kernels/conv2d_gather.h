#pragma once
#include <vector>

#include "tensor/kernels/conv2d_window.h"

namespace gradfold::conv {

// What forward and backward_input have in common: every output pixel gathers from the source.
//   out[n, m, q] = relu?(bias[m] + sum over shifts t and channels c of
//                        weight[m * weight_row + c * weight_channel + t.weight] * source[n, c, t at q])
struct Gather {
  Index n, channels, h, w;  // source [n, channels, h, w]
  Index rows, out_h, out_w; // out [n, rows, ...]
  Index stride_h, stride_w;
  std::vector<Shift> shifts;
  Index weight_row, weight_channel;
  const Real* bias = nullptr;
  bool relu = false;

  // Output pixel (i, j) of row m is out[image, m * out_plane + out_at + i * out_down + j * out_right].
  Index out_image, out_plane, out_at, out_down, out_right;
};

void gather(const Gather& g, const Real* source, const Real* weight, Real* out);

}  // namespace gradfold::conv
