#include "lessons/map_panels.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "tensor/check.h"
#include "viz/heatmap.h"

namespace gradfold {
namespace {

constexpr double kCutOff = 0.005;     // of the points at each end
constexpr double kMargin = 0.06;      // of the side
constexpr double kLightest = 0.82;    // of the colour scale: what is above cannot be seen on white

// Where nearly all values lie.
std::pair<double, double> usual_range(std::vector<Real> values) {
  std::sort(values.begin(), values.end());
  const auto last = static_cast<double>(values.size() - 1);
  return {values[static_cast<std::size_t>(kCutOff * last)], values[static_cast<std::size_t>((1 - kCutOff) * last)]};
}

}  // namespace

Tensor draw_map(const Tensor& y, const std::vector<Color>& colors, Index side) {
  check_shape("draw_map", "y", y.shape(), {"N", "K"});
  const Index n = y.size(0);
  require(n > 0 && static_cast<Index>(colors.size()) == n, "draw_map", "{} colours for y {}; each point needs one",
          colors.size(), y.shape());
  std::vector<Real> across = y.select(1, 0).contiguous().to_vector(), up(static_cast<std::size_t>(n));
  for (Index i = 0; i < n; ++i) up[static_cast<std::size_t>(i)] = y.size(1) > 1 ? y.at({i, 1}) : static_cast<Real>(i);
  const auto [left, right] = usual_range(across);
  const auto [bottom, top] = usual_range(up);
  const double size = std::max({right - left, top - bottom, 1e-30}) / (1 - 2 * kMargin);
  Image picture(side, side);
  for (Index i = 0; i < n; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const double x = 0.5 + (across[at] - (left + right) / 2) / size, h = 0.5 - (up[at] - (bottom + top) / 2) / size;
    picture.fill(static_cast<Index>(std::floor(x * static_cast<double>(side))) - 1,
                 static_cast<Index>(std::floor(h * static_cast<double>(side))) - 1, 3, 3, colors[at]);
  }
  return to_tensor(picture, 3);
}

std::vector<Color> value_colors(const Tensor& values) {
  const std::vector<Real> v = values.contiguous().to_vector();
  const auto [low, high] = std::minmax_element(v.begin(), v.end());
  std::vector<Color> out;
  for (const Real x : v) out.push_back(heat_color(*high > *low ? kLightest * (x - *low) / (*high - *low) : 0));
  return out;
}

std::vector<Color> class_colors(const Indices& labels) {
  static constexpr std::array<Color, 10> kColors = {{{0, 114, 178}, {213, 94, 0}, {0, 158, 115}, {204, 121, 167},
                                                     {230, 167, 0}, {86, 180, 233}, {120, 60, 20}, {110, 110, 110},
                                                     {120, 60, 190}, {150, 190, 40}}};
  std::vector<Color> out;
  for (const std::int32_t label : labels.values) out.push_back(kColors[static_cast<std::size_t>(label) % 10]);
  return out;
}

}  // namespace gradfold
