#include "lessons/code_plane.h"

#include <algorithm>

namespace gradfold {

Tensor code_square(Index steps, const Tensor& center, const Tensor& reach) {
  require(steps >= 2, "code_square", "steps is {} but must be 2 or more", steps);
  check_shape("code_square", "center", center.shape(), {2});
  check_shape("code_square", "reach", reach.shape(), {2});
  Tensor z({steps * steps, 2});
  const auto from_middle = [&](Index i) { return Real(2) * static_cast<Real>(i) / static_cast<Real>(steps - 1) - 1; };
  for (Index i = 0; i < z.size(0); ++i) {
    z.set({i, 0}, center.at({0}) + reach.at({0}) * from_middle(i % steps));
    z.set({i, 1}, center.at({1}) - reach.at({1}) * from_middle(i / steps));
  }
  return z;
}

Chart code_map(const std::string& title, const Tensor& codes, const Indices& labels) {
  check_shape("code_map", "codes", codes.shape(), {labels.numel(), 2});
  Chart chart({.title = title, .x = "z1", .y = "z2", .equal_axes = true, .width = 720, .height = 640});
  const std::int32_t classes =
      labels.numel() == 0 ? 0 : 1 + *std::max_element(labels.values.begin(), labels.values.end());
  for (std::int32_t label = 0; label < classes; ++label) {
    std::vector<double> x, y;
    for (Index i = 0; i < labels.numel(); ++i) {
      if (labels[i] != label) continue;
      x.push_back(static_cast<double>(codes.at({i, 0})));
      y.push_back(static_cast<double>(codes.at({i, 1})));
    }
    chart.scatter(fmt::format("{}", label), x, y);
  }
  return chart;
}

}  // namespace gradfold
