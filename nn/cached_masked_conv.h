#pragma once
#include "nn/masked_conv2d.h"
#include "nn/pixel_layer.h"
#include "nn/pixel_window.h"

namespace gradfold {

// MaskedConv2d one pixel at a time. It keeps as many rows as the kernel sees (nn/pixel_window.h).
class CachedMaskedConv : public PixelLayer {
 public:
  // gates: the outputs are reordered as group_gates() does it. The layer's weights are copied.
  CachedMaskedConv(const MaskedConv2d& layer, Index n, Index width, Index gates = 1);

  Tensor at(Index y, Index x, const Tensor& in) override;

  // The two halves of at(), for a first layer (mask A): the pixel that it predicts becomes known only afterwards.
  void set(Index y, Index x, const Tensor& in) { maps_.set(y, x, in); }
  Tensor at(Index y, Index x) const;

  // The same for a whole row, [N, W, in] -> [N, W, out], for masks that show no part of a row but all of it or none.
  void set_row(Index y, const Tensor& in) { maps_.set_row(y, in); }
  Tensor row(Index y) const;

  // A 1 x 1 kernel remembers nothing: in [..., in] -> [..., out]. What at() runs then; set() and row() are for others.
  Tensor pointwise(const Tensor& in) const { return window_.pointwise(in); }

 private:
  bool is_pointwise() const { return kernel_.h == 1 && kernel_.w == 1; }

  Index width_;
  Size2 kernel_;
  PixelWindow window_;
  PixelMaps maps_;
};

}  // namespace gradfold
