#pragma once
#include <cmath>

namespace gradfold {

// The degree in which two points of the map hold each other near: phi(d) = 1 / (1 + a d^(2b)).
struct UmapCurve {
  double a = 1, b = 1;
};

// The a and b that come nearest (least squares over 300 points of [0, 3 spread]) to: 1 for d < min_dist, and
// exp(-(d - min_dist) / spread) beyond.
UmapCurve fit_umap_curve(double min_dist, double spread);

// In plain form, which the tests hold the layout's own (umap_layout.cpp, many edges at a time) against.
// Gradients of the cross entropy with respect to y_i are coefficient * (y_i - y_j), d2 = |y_i - y_j|^2:
//   d(-ln phi)       2 a b d2^(b-1) / (1 + a d2^b)
//   d(-ln(1 - phi))  -2 b / ((0.001 + d2)(1 + a d2^b)), where 0.001 keeps points that meet from being torn apart
inline double umap_attraction(const UmapCurve& c, double d2) {
  const double power = std::pow(d2, c.b);
  return d2 > 0 ? 2 * c.a * c.b * power / (d2 * (1 + c.a * power)) : 0;
}
inline double umap_repulsion(const UmapCurve& c, double d2) {
  return -2 * c.b / ((0.001 + d2) * (1 + c.a * std::pow(d2, c.b)));
}

}  // namespace gradfold
