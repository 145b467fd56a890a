#include "nn/pixel_maps.h"

#include <algorithm>

namespace gradfold {

PixelMaps::PixelMaps(Index rows, Index n, Index width, Index channels, Index margin, const Tensor& edge)
    : data_(Tensor::zeros({rows, n, width + 2 * margin, channels})), margin_(margin) {
  if (edge.defined()) data_.copy_from(edge);
}

void PixelMaps::set(Index y, Index x, const Tensor& values) {
  const Index n = data_.size(1), channels = data_.size(3), step = image_step();
  check_shape("PixelMaps", "values", values.shape(), {n, channels});
  const Real* source = values.data();
  Real* target = data_.data() + offset(y, x);
  for (Index i = 0; i < n; ++i) std::copy_n(source + i * channels, channels, target + i * step);
}

Tensor PixelMaps::get(Index y, Index x) const {
  const Index n = data_.size(1), channels = data_.size(3), step = image_step();
  Tensor values(Shape{n, channels});
  const Real* source = from(y, x);
  for (Index i = 0; i < n; ++i) std::copy_n(source + i * step, channels, values.data() + i * channels);
  return values;
}

}  // namespace gradfold
