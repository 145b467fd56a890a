#include "lessons/principal_angle.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "manifold/column_block.h"
#include "manifold/eigenpairs.h"
#include "tensor/elementwise.h"
#include "tensor/matmul.h"

namespace gradfold {

// What of b's unit vectors stands at right angles to a is the sine; a cosine near 1 would tell small angles badly.
double largest_principal_angle(const Tensor& a, const Tensor& b) {
  check_shape("largest_principal_angle", "a", a.shape(), {"D", "K"});
  check_shape("largest_principal_angle", "b", b.shape(), {a.size(0), a.size(1)});
  const Tensor p = orthonormal_columns(a), q = orthonormal_columns(b);
  const Tensor off = q - matmul(p, matmul(p, q, {.transpose_a = true}));
  const std::vector<Real> square = matmul(off, off, {.transpose_a = true}).to_vector();
  const Eigenpairs largest = largest_eigenpairs({square.begin(), square.end()}, a.size(1), 1);
  const double sine = std::sqrt(std::clamp(largest.values[0], 0.0, 1.0));
  return std::asin(sine) * 180 / std::numbers::pi;
}

}  // namespace gradfold
