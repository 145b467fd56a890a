#pragma once
#include <vector>

#include "tensor/tensor.h"

namespace gradfold {

// Where a pen has been: the middle of its point, in pixels, and its half width there.
struct PenPoint {
  double x, y, radius;
};
using PenPath = std::vector<PenPoint>;  // consecutive points are joined by straight lines

// Ink on paper, [side, side]: 1 inside the stroke, 0 outside, falling linearly over `softness` pixels
// across its edge, so that total ink is length times width whatever the softness.
void draw_pen(const std::vector<PenPath>& paths, double softness, Index side, Real* ink);

}  // namespace gradfold
