#include "viz/heatmap.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "viz/font.h"

namespace gradfold {
namespace {

constexpr Color kNoValue{176, 176, 176};
constexpr Index kBar = 12, kHeatmapMargin = 6;  // width of the scale's bar, space around things
constexpr Index kLeastScale = 48;          // height a scale needs for its two values

struct Scale {
  double low, high;
  bool log;

  // Where v lies between the two ends, 0..1; NaN where it cannot be drawn.
  double operator()(double v) const {
    if (log) return v > 0 ? (std::log(v) - std::log(low)) / (std::log(high) - std::log(low)) : NAN;
    return (v - low) / (high - low);
  }
};

Scale find_scale(const Tensor& x, const HeatmapOptions& o) {
  double low = INFINITY, high = -INFINITY;
  for (Index i = 0; i < x.numel(); ++i) {
    const double v = x.data()[i];
    if (!std::isfinite(v) || (o.log && v <= 0)) continue;
    low = std::min(low, v), high = std::max(high, v);
  }
  low = o.low.value_or(low), high = o.high.value_or(high);
  require(!o.log || low > 0, "heatmap", "low is {} but a logarithmic scale begins above 0", low);
  // One value everywhere, or none at all: any scale around it will do.
  if (!std::isfinite(low) || !std::isfinite(high)) low = 1, high = 2;
  if (high <= low) high = o.log ? low * 2 : low + 1;
  return {low, high, o.log};
}

Color cell_color(double t) { return std::isnan(t) ? kNoValue : heat_color(t); }

void draw_scale(Image& picture, Index x, Index y, Index height, const Scale& scale) {
  for (Index row = 0; row < height; ++row) {
    const double below_top = static_cast<double>(row) / static_cast<double>(height - 1);
    picture.fill(x, y + row, kBar, 1, heat_color(1 - below_top));
  }
  draw_text(picture, x + kBar + kHeatmapMargin, y, fmt::format("{:.3g}", scale.high));
  draw_text(picture, x + kBar + kHeatmapMargin, y + height - kGlyphHeight, fmt::format("{:.3g}", scale.low));
  if (scale.log && height >= 3 * kGlyphHeight) {
    draw_text(picture, x + kBar + kHeatmapMargin, y + (height - kGlyphHeight) / 2, "log");
  }
}

}  // namespace

Color heat_color(double t) {
  // Chosen so that the perceived lightness rises evenly from one to the next.
  static constexpr std::array<Color, 7> kStops = {{{8, 6, 40},
                                                   {48, 18, 110},
                                                   {116, 24, 124},
                                                   {184, 40, 104},
                                                   {234, 84, 66},
                                                   {252, 160, 50},
                                                   {252, 250, 190}}};
  const double at = std::clamp(t, 0.0, 1.0) * (kStops.size() - 1);
  const auto i = std::min(static_cast<std::size_t>(at), kStops.size() - 2);
  return blend(kStops[i], kStops[i + 1], at - static_cast<double>(i));
}

Image heatmap(const Tensor& matrix, const HeatmapOptions& o) {
  check_shape("heatmap", "matrix", matrix.shape(), {"H", "W"});
  require(matrix.numel() > 0 && o.zoom >= 1, "heatmap", "matrix is {} and zoom {}: there is nothing to draw",
          matrix.shape(), o.zoom);
  const Tensor x = matrix.contiguous();
  const Scale scale = find_scale(x, o);
  const Index height = x.size(0), width = x.size(1), map_w = width * o.zoom, map_h = height * o.zoom;
  const Index top = o.title.empty() ? 0 : kGlyphHeight + kHeatmapMargin;
  const Index bar_h = std::max(map_h, kLeastScale);
  const Index scale_w = o.scale ? kHeatmapMargin + kBar + kHeatmapMargin + 10 * kGlyphWidth : 0;

  Image picture(std::max(map_w + scale_w, text_width(o.title)), top + (o.scale ? bar_h : map_h));
  draw_text(picture, 0, 0, o.title);
  for (Index i = 0; i < x.numel(); ++i) {
    const Color color = cell_color(scale(x.data()[i]));
    picture.fill(i % width * o.zoom, top + i / width * o.zoom, o.zoom, o.zoom, color);
  }
  if (o.scale) draw_scale(picture, map_w + kHeatmapMargin, top, bar_h, scale);
  return picture;
}

}  // namespace gradfold
