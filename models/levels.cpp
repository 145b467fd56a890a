#include "models/levels.h"

#include "tensor/map.h"

namespace gradfold {

Indices level_numbers(const Tensor& x, int levels) {
  check_shape("level_numbers", "x", x.shape(), {"N", "C", "H", "W"});
  const Tensor rows = x.contiguous();
  Indices out(Shape{x.size(0) * x.size(1), x.size(2), x.size(3)});
  for (Index i = 0; i < out.numel(); ++i) out[i] = static_cast<std::int32_t>(level_of(rows.data()[i], levels));
  return out;
}

Tensor to_nearest_level(const Tensor& x, int levels) {
  const Real top = static_cast<Real>(levels - 1);
  return map(x, [top](Real v) { return std::nearbyint(v * top) / top; });
}

}  // namespace gradfold
