#include "manifold/umap_curve.h"

#include <algorithm>
#include <cmath>

namespace gradfold {

namespace {

// Of a spread of 1.
UmapCurve fit_unit_curve(double min_dist) {
  constexpr int kPoints = 300;
  const auto wanted = [&](double d) { return d < min_dist ? 1.0 : std::exp(-(d - min_dist)); };
  const auto error = [&](const UmapCurve& c) {
    double sum = 0;
    for (int i = 0; i < kPoints; ++i) {
      const double d = 3.0 * i / (kPoints - 1), r = 1 / (1 + c.a * std::pow(d, 2 * c.b)) - wanted(d);
      sum += r * r;
    }
    return sum;
  };
  UmapCurve curve;
  double damping = 1e-3, now = error(curve);
  for (int step = 0; step < 200; ++step) {  // Levenberg-Marquardt
    double jj[2][2] = {}, jr[2] = {};
    for (int i = 1; i < kPoints; ++i) {
      const double d = 3.0 * i / (kPoints - 1), p = std::pow(d, 2 * curve.b), phi = 1 / (1 + curve.a * p);
      const double j[2] = {-phi * phi * p, -phi * phi * curve.a * p * 2 * std::log(d)}, r = phi - wanted(d);
      for (int u = 0; u < 2; ++u) {
        jr[u] += j[u] * r;
        for (int v = 0; v < 2; ++v) jj[u][v] += j[u] * j[v];
      }
    }
    const double aa = jj[0][0] * (1 + damping), bb = jj[1][1] * (1 + damping), det = aa * bb - jj[0][1] * jj[1][0];
    const UmapCurve tried = {curve.a - (bb * jr[0] - jj[0][1] * jr[1]) / det,
                             curve.b - (aa * jr[1] - jj[1][0] * jr[0]) / det};
    const double then = tried.a > 0 && tried.b > 0 ? error(tried) : now + 1;
    if (then > now) {
      damping *= 10;
      if (damping > 1e12) break;
      continue;
    }
    const bool done = now - then <= 1e-15 * now;
    curve = tried, now = then, damping = std::max(damping / 10, 1e-12);
    if (done) break;
  }
  return curve;
}

}  // namespace

// a d^(2b) is the same number in another unit of d, a being another: the search starts as near whatever the spread.
UmapCurve fit_umap_curve(double min_dist, double spread) {
  const UmapCurve unit = fit_unit_curve(min_dist / spread);
  return {unit.a / std::pow(spread, 2 * unit.b), unit.b};
}

}  // namespace gradfold
