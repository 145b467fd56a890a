#pragma once
#include <vector>

#include "nn/pixel_maps.h"

namespace gradfold {

// A convolution's window over PixelMaps. The pixels under a kernel row follow one another in memory, so the
// row's share of the output is one matrix product, [N, columns * in] x [columns * in, out].
struct PixelWindow {
  struct Row {
    Index above;    // rows above the window's own pixel
    Tensor weight;  // [columns * in, out], of the columns that the window sees, from the left
  };
  std::vector<Row> rows = {};
  Index left = 0;  // columns of the window that stand left of its own pixel
  Tensor bias = {};  // [out], or undefined
  bool relu = false;
  Index stride = 1;  // from a window to the next in its row

  // The outputs of `columns` windows, the first of which is that of pixel (y, x) -> [N, columns, out].
  Tensor run(const PixelMaps& maps, Index y, Index x, Index columns) const;
  // What of the rows of `in` [..., in] a 1 x 1 kernel makes -> [..., out].
  Tensor pointwise(const Tensor& in) const;
};

}  // namespace gradfold
