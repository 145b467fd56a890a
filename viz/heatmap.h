#pragma once
#include <optional>
#include <string>

#include "viz/image.h"

namespace gradfold {

// 0..1 to a colour from dark blue over red to light yellow; lightness only rises, so that it also reads in
// grey.
Color heat_color(double t);

struct HeatmapOptions {
  Index zoom = 12;                            // screen pixels per cell
  std::optional<double> low = {}, high = {};  // values of the two ends of the scale; default: the matrix's own
  bool log = false;                           // logarithmic scale; cells <= 0 are drawn grey
  bool scale = true;                          // draw the scale beside it, with its two end values
  std::string title = {};
};

// matrix [H, W] -> coloured cells. NaN and, on a log scale, cells <= 0 are grey.
Image heatmap(const Tensor& matrix, const HeatmapOptions& options = {});

}  // namespace gradfold
