#pragma once
#include "nn/pixel_window.h"
#include "nn/shifted_conv2d.h"

namespace gradfold {

// ShiftedConv2d one pixel, or one row, at a time. It keeps as many rows as the kernel sees
// (nn/pixel_window.h); (y, x) of its input become known in any order within a row, and (y, x) of its output
// is asked for once they are.
class CachedShiftedConv {
 public:
  // `width`: of its input. `more_rows` are kept besides, for one who asks for a row when the next one is begun.
  CachedShiftedConv(const ShiftedConv2d& layer, Index n, Index width, Index more_rows = 0);

  void set(Index y, Index x, const Tensor& in) { maps_.set(y, x, in); }  // [N, in]
  void set_row(Index y, const Tensor& in) { maps_.set_row(y, in); }      // [N, W, in]
  // Output pixel (y, x), [N, out], and output row y, [N, ceil(W / stride), out].
  Tensor at(Index y, Index x) const;
  Tensor row(Index y) const { return window_.run(maps_, y * window_.stride, 0, columns_); }
  // A 1 x 1 kernel remembers nothing: in [..., in] -> [..., out].
  Tensor pointwise(const Tensor& in) const { return window_.pointwise(in); }

 private:
  Index columns_;  // of the output
  PixelWindow window_;
  PixelMaps maps_;
};

// ShiftedConvTranspose2d one pixel, or one row, at a time: (y, x) of its output once (y / 2, x / 2) of its
// input is known. kDown, whose windows reach to the right, by rows only.
class CachedShiftedConvTranspose {
 public:
  // `width`: of its output.
  CachedShiftedConvTranspose(const ShiftedConvTranspose2d& layer, Index n, Index width);

  void set(Index y, Index x, const Tensor& in) { maps_.set(y, x, in); }
  void set_row(Index y, const Tensor& in) { maps_.set_row(y, in); }
  Tensor at(Index y, Index x) const;
  Tensor row(Index y) const;

 private:
  Index width_;
  PixelWindow windows_[2][2];  // for even and odd rows, even and odd columns
  PixelMaps maps_;
};

}  // namespace gradfold
