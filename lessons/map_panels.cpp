#include "lessons/map_panels.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "manifold/geodesics.h"
#include "manifold/neighbors.h"
#include "tensor/check.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tensor/reduce.h"
#include "viz/grid.h"
#include "viz/heatmap.h"

namespace gradfold {
namespace {

constexpr double kCutOff = 0.005;     // of the points at each end
constexpr double kMargin = 0.06;      // of the side
constexpr double kLightest = 0.82;    // of the colour scale: what is above cannot be seen on white

constexpr Index kNear = 10;           // neighbours that sheet_blur looks at

// Mean distance on the sheet [M, N] to those that are near on the map, over that to the nearest on the sheet, of
// which the first so many are left out.
double blur(const Neighbors& near, const Tensor& sheet, Index left_out) {
  const Index m = sheet.size(0), n = sheet.size(1);
  const Tensor distances = sheet.contiguous();
  double on_map = 0, on_sheet = 0;
  std::vector<Real> row(static_cast<std::size_t>(n));
  for (Index i = 0; i < m; ++i) {
    std::copy_n(distances.data() + i * n, n, row.begin());
    for (Index j = 0; j < kNear; ++j) on_map += row[static_cast<std::size_t>(near.index[i * kNear + j])];
    std::partial_sort(row.begin(), row.begin() + kNear + left_out, row.end());
    for (Index j = 0; j < kNear; ++j) on_sheet += row[static_cast<std::size_t>(left_out + j)];
  }
  return on_map / on_sheet;
}

// Where nearly all values lie.
std::pair<double, double> usual_range(std::vector<Real> values) {
  std::sort(values.begin(), values.end());
  const auto last = static_cast<double>(values.size() - 1);
  return {values[static_cast<std::size_t>(kCutOff * last)],
          values[static_cast<std::size_t>(std::ceil((1 - kCutOff) * last))]};
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

Image map_grid(const std::vector<MapRow>& rows) {
  require(!rows.empty() && !rows[0].maps.empty(), "map_grid", "there are no maps");
  GridOptions options{.columns = static_cast<Index>(rows[0].maps.size()), .zoom = 1};
  for (const DrawnMap& map : rows[0].maps) options.column_titles.push_back(map.method);
  std::vector<Tensor> panels;
  for (const MapRow& row : rows) {
    require(row.maps.size() == rows[0].maps.size(), "map_grid",
            "\"{}\" has {} maps and \"{}\" {}; they must be as many", rows[0].title, rows[0].maps.size(), row.title,
            row.maps.size());
    options.row_titles.push_back(row.title);
    for (const DrawnMap& map : row.maps) panels.push_back(draw_map(map.y, row.colors).unsqueeze(0));
  }
  return grid(concatenate(panels, 0), options);
}

double sheet_blur(const Tensor& y, const Tensor& sheet) {
  const Index n = y.size(0);
  require(n > kNear && sheet.shape() == Shape{n, n}, "sheet_blur", "y is {} and sheet {}; it must be [N, N], N > {}",
          y.shape(), sheet.shape(), kNear);
  return blur(nearest_neighbors(y, kNear), sheet, 1);  // the nearest on the sheet is the point itself
}

double sheet_blur(const Tensor& fresh, const Tensor& y, const Tensor& sheet) {
  require(y.size(0) >= kNear && sheet.shape() == Shape{fresh.size(0), y.size(0)}, "sheet_blur",
          "fresh is {}, y {} and sheet {}; it must be [M, N], N >= {}", fresh.shape(), y.shape(), sheet.shape(), kNear);
  return blur(nearest_neighbors(fresh, y, kNear), sheet, 0);
}

Index connecting_neighbors(const Tensor& x) {
  for (Index k = 10;; k += 5) {
    const Index known = std::min(k, x.size(0) - 1);
    if (connected_components(neighbor_graph(nearest_neighbors(x, known))).count() == 1) return known;
  }
}

}  // namespace gradfold
