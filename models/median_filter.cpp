#include "models/median_filter.h"

#include <algorithm>
#include <vector>

#include "tensor/parallel.h"

namespace gradfold {

Tensor median_filter(const Tensor& x, Index window) {
  check_shape("median_filter", "x", x.shape(), {"N", "C", "H", "W"});
  require(window >= 1 && window % 2 == 1, "median_filter", "window is {} but must be odd, so that it has a middle",
          window);
  const Tensor rows = x.contiguous();
  Tensor out(x.shape());
  const Real* from = rows.data();
  Real* to = out.data();
  const Index height = x.size(2), width = x.size(3), half = window / 2;
  parallel_for(x.size(0) * x.size(1), 1, [&](Index begin, Index end) {
    std::vector<Real> seen(static_cast<std::size_t>(window * window));
    const auto middle = seen.begin() + window * window / 2;
    for (Index i = begin * height * width; i < end * height * width; ++i) {
      const Index image = i / (height * width) * height * width, row = i / width % height, column = i % width;
      auto next = seen.begin();
      for (Index dy = -half; dy <= half; ++dy) {
        for (Index dx = -half; dx <= half; ++dx) {
          const Index r = std::clamp<Index>(row + dy, 0, height - 1), c = std::clamp<Index>(column + dx, 0, width - 1);
          *next++ = from[image + r * width + c];
        }
      }
      std::nth_element(seen.begin(), middle, seen.end());
      to[i] = *middle;
    }
  });
  return out;
}

}  // namespace gradfold
