#include "data/pen.h"

#include <algorithm>
#include <cmath>

namespace gradfold {
namespace {

// A line from a to b with round ends, its half width going evenly from one end's to the other's.
struct Line {
  PenPoint a, b;
  double dx = b.x - a.x, dy = b.y - a.y, length2 = dx * dx + dy * dy;

  // How deep (x, y) lies inside the line; negative outside.
  double depth(double x, double y) const {
    const double along = (x - a.x) * dx + (y - a.y) * dy;
    const double t = length2 > 0 ? std::clamp(along / length2, 0.0, 1.0) : 0.0;
    return a.radius + t * (b.radius - a.radius) - std::hypot(x - a.x - t * dx, y - a.y - t * dy);
  }
};

struct Span {
  Index begin, end;
};
// Pixel i covers [i, i + 1) and its centre is at i + 0.5: the pixels whose centres are at most `reach` away
// from what lies between a and b.
Span pixels_near(double a, double b, double reach, Index side) {
  const double low = std::min(a, b) - reach, high = std::max(a, b) + reach, limit = static_cast<double>(side);
  return {static_cast<Index>(std::clamp(std::ceil(low - 0.5), 0.0, limit)),
          static_cast<Index>(std::clamp(std::floor(high - 0.5) + 1, 0.0, limit))};
}

// ink holds the greatest depth so far: strokes that cross do not add up, as ink does not.
void deepen(const Line& line, double margin, Index side, Real* ink) {
  const double reach = std::max(line.a.radius, line.b.radius) + margin;
  const Span rows = pixels_near(line.a.y, line.b.y, reach, side);
  const Span cols = pixels_near(line.a.x, line.b.x, reach, side);
  for (Index row = rows.begin; row < rows.end; ++row) {
    for (Index col = cols.begin; col < cols.end; ++col) {
      Real& here = ink[row * side + col];
      here = std::max(here, static_cast<Real>(line.depth(col + 0.5, row + 0.5)));
    }
  }
}

}  // namespace

void draw_pen(const std::vector<PenPath>& paths, double softness, Index side, Real* ink) {
  const double margin = softness / 2;
  std::fill(ink, ink + side * side, static_cast<Real>(-margin));
  for (const PenPath& path : paths) {
    for (std::size_t i = 1; i < path.size(); ++i) deepen({path[i - 1], path[i]}, margin, side, ink);
  }
  for (Index i = 0; i < side * side; ++i) {
    ink[i] = std::clamp(static_cast<Real>(0.5 + ink[i] / softness), Real(0), Real(1));
  }
}

}  // namespace gradfold
