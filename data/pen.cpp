#include "data/pen.h"

#include <algorithm>
#include <cmath>

namespace gradfold {
namespace {

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

// A line from a to b with round ends, its half width going evenly from one end's to the other's. ink holds how
// deep each pixel's centre lies inside the line that covers it best (negative: outside): strokes that cross do
// not add up, as ink does not.
void deepen(const PenPoint& a, const PenPoint& b, double margin, Index side, Real* ink) {
  const double reach = std::max(a.radius, b.radius) + margin;
  const Span rows = pixels_near(a.y, b.y, reach, side), cols = pixels_near(a.x, b.x, reach, side);
  const double length2 = (b.x - a.x) * (b.x - a.x) + (b.y - a.y) * (b.y - a.y);
  const auto dx = static_cast<Real>(b.x - a.x), dy = static_cast<Real>(b.y - a.y);
  const auto scale = static_cast<Real>(length2 > 0 ? 1 / length2 : 0);
  const auto radius = static_cast<Real>(a.radius), growth = static_cast<Real>(b.radius - a.radius);
  for (Index row = rows.begin; row < rows.end; ++row) {
    const auto y = static_cast<Real>(static_cast<double>(row) + 0.5 - a.y);
    const auto x0 = static_cast<Real>(static_cast<double>(cols.begin) + 0.5 - a.x);
    Real* here = ink + row * side + cols.begin;
    const int n = static_cast<int>(cols.end - cols.begin);
    for (int i = 0; i < n; ++i) {  // plain arithmetic, so that the compiler vectorises it
      const Real x = x0 + static_cast<Real>(i);
      const Real t = std::min(std::max((x * dx + y * dy) * scale, Real(0)), Real(1));
      const Real ex = x - t * dx, ey = y - t * dy;
      here[i] = std::max(here[i], radius + t * growth - std::sqrt(ex * ex + ey * ey));
    }
  }
}

}  // namespace

void draw_pen(const std::vector<PenPath>& paths, double softness, Index side, Real* ink) {
  const double margin = softness / 2;
  std::fill(ink, ink + side * side, static_cast<Real>(-margin));
  for (const PenPath& path : paths) {
    for (std::size_t i = 1; i < path.size(); ++i) deepen(path[i - 1], path[i], margin, side, ink);
  }
  for (Index i = 0; i < side * side; ++i) {
    ink[i] = std::clamp(static_cast<Real>(0.5 + ink[i] / softness), Real(0), Real(1));
  }
}

}  // namespace gradfold
