#include "models/psnr.h"

#include <algorithm>
#include <cmath>

#include "tensor/elementwise.h"
#include "tensor/map.h"
#include "tensor/reduce.h"

namespace gradfold {

Tensor psnr(const Tensor& y, const Tensor& x) {
  check_shape("psnr", "x", x.shape(), {"N", "C", "H", "W"});
  require(y.shape() == x.shape(), "psnr", "y is {} but must be {}, as x is", y.shape(), x.shape());
  static constexpr Real kMostDb = 100;
  return map(mean(square(y - x), {1, 2, 3}), [](Real mse) {
    return std::min(static_cast<Real>(-10 * std::log10(mse)), kMostDb);  // in this order a NaN stays one
  });
}

}  // namespace gradfold
