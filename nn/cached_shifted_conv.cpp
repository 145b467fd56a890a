#include "nn/cached_shifted_conv.h"

#include "autograd/mode.h"
#include "tensor/indexing.h"

namespace gradfold {

CachedShiftedConv::CachedShiftedConv(const ShiftedConv2d& layer, Index n, Index width, Index more_rows)
    : columns_((width + layer.options.stride - 1) / layer.options.stride),
      window_{.left = layer.left(), .bias = layer.bias.value().clone(), .stride = layer.options.stride} {
  NoGrad guard;
  const Size2 kernel = layer.kernel;
  const Tensor weight = layer.weight().value().permute({2, 3, 1, 0});  // [kh, kw, in, out]
  for (Index row = 0; row < kernel.h; ++row)
    window_.rows.push_back({.above = kernel.h - 1 - row,
                            .weight = weight.select(0, row).contiguous().reshape({-1, layer.out})});
  if (kernel != Size2(1)) maps_ = PixelMaps(kernel.h + more_rows, n, width, layer.in, layer.left());
}

Tensor CachedShiftedConv::at(Index y, Index x) const {
  return window_.run(maps_, y * window_.stride, x * window_.stride, 1).squeeze(1);
}

CachedShiftedConvTranspose::CachedShiftedConvTranspose(const ShiftedConvTranspose2d& layer, Index n, Index width)
    : width_(width), maps_(1, n, (width + 1) / 2, layer.in, /*margin=*/1) {
  NoGrad guard;
  const Tensor weight = layer.weight().value().permute({2, 3, 0, 1});  // [kh, kw, in, out]
  for (Index row = 0; row < 2; ++row) {
    const Tensor taps = weight.select(0, row);
    for (Index column = 0; column < 2; ++column) {
      Tensor seen = taps.select(0, column).contiguous();
      if (layer.shift == Shift::kDown)  // even columns lie under a pixel, odd ones between two
        seen = column == 0 ? taps.select(0, 1).contiguous()
                           : concatenate({taps.select(0, 2), taps.select(0, 0)}, 0);
      windows_[row][column] = {.rows = {{.above = 0, .weight = seen}}, .bias = layer.bias.value().clone()};
    }
  }
}

Tensor CachedShiftedConvTranspose::at(Index y, Index x) const {
  return windows_[y % 2][x % 2].run(maps_, y / 2, x / 2, 1).squeeze(1);
}

Tensor CachedShiftedConvTranspose::row(Index y) const {
  const Index even = (width_ + 1) / 2, odd = width_ / 2;
  const Tensor first = windows_[y % 2][0].run(maps_, y / 2, 0, even);
  Tensor out(Shape{first.size(0), width_, first.size(2)});
  out.slice(1, 0, width_, 2).copy_from(first);
  if (odd > 0) out.slice(1, 1, width_, 2).copy_from(windows_[y % 2][1].run(maps_, y / 2, 0, odd));
  return out;
}

}  // namespace gradfold
