#pragma once
#include <cmath>

#include "tensor/tensor.h"
#include "tests/doctest.h"

namespace gradfold {

// How far two maps [N, 2] are from the same picture: both are centred and scaled to a sum of squares of 1, one is
// turned, mirrored and scaled onto the other, and what is left are the squared distances. 0 is the same, 1 nothing in
// common; scipy.spatial.procrustes' disparity.
inline double procrustes_disparity(const Tensor& a, const Tensor& b) {
  REQUIRE(a.shape() == b.shape());
  REQUIRE(a.size(1) == 2);
  const Index n = a.size(0);
  double mean_a[2] = {}, mean_b[2] = {};
  for (Index i = 0; i < n; ++i)
    for (Index c = 0; c < 2; ++c) {
      mean_a[c] += a.at({i, c}) / static_cast<double>(n);
      mean_b[c] += b.at({i, c}) / static_cast<double>(n);
    }
  double aa = 0, bb = 0, m[2][2] = {};
  for (Index i = 0; i < n; ++i) {
    const double x[2] = {a.at({i, 0}) - mean_a[0], a.at({i, 1}) - mean_a[1]};
    const double y[2] = {b.at({i, 0}) - mean_b[0], b.at({i, 1}) - mean_b[1]};
    aa += x[0] * x[0] + x[1] * x[1];
    bb += y[0] * y[0] + y[1] * y[1];
    for (int r = 0; r < 2; ++r)
      for (int c = 0; c < 2; ++c) m[r][c] += x[r] * y[c];
  }
  // The singular values of m add up to this; a turn or a mirroring of b makes its trace as large.
  const double squares = m[0][0] * m[0][0] + m[0][1] * m[0][1] + m[1][0] * m[1][0] + m[1][1] * m[1][1];
  const double singular = std::sqrt(squares + 2 * std::abs(m[0][0] * m[1][1] - m[0][1] * m[1][0]));
  return 1 - singular * singular / (aa * bb);
}

}  // namespace gradfold
