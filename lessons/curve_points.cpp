#include "lessons/curve_points.h"

#include <cmath>

#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tensor/matmul.h"
#include "tensor/reduce.h"

namespace gradfold {
namespace {

// |a - b|^2 = |a|^2 + |b|^2 - 2 a b, not below 0: [N, M]
Tensor squares(std::string_view who, const Tensor& points, const Tensor& curve) {
  check_shape(who, "points", points.shape(), {"N", "D"});
  check_shape(who, "curve", curve.shape(), {"M", points.size(1)});
  const Tensor products = matmul(points, curve, {.transpose_b = true});
  const Tensor out = sum(square(points), {1}, true) + sum(square(curve), {1}) - products * Real{2};
  return maximum(out, Tensor::scalar(0));
}

}  // namespace

Tensor mean_origin(const Tensor& points, const Tensor& curve, Real sigma) {
  require(sigma > 0, "mean_origin", "sigma is {} but must be above 0", sigma);
  return matmul(softmax(squares("mean_origin", points, curve) / (-2 * sigma * sigma), 1), curve);
}

Tensor distance_to_curve(const Tensor& points, const Tensor& curve) {
  return sqrt(min(squares("distance_to_curve", points, curve), {1}));
}

Tensor lattice_near(const Tensor& curve, Real side, Index steps, Real reach) {
  require(steps >= 2, "lattice_near", "steps is {} but must be 2 or more", steps);
  check_shape("lattice_near", "curve", curve.shape(), {"M", 2});
  const Real apart = 2 * side / static_cast<Real>(steps - 1);
  // With fma the places are the same whether or not a compiler contracts a product and a sum.
  const auto place = [&](Index i) { return std::fma(apart, static_cast<Real>(i), -side); };
  std::vector<Real> places;
  for (Index i = 0; i < steps * steps; ++i) places.push_back(place(i % steps)), places.push_back(place(i / steps));
  const Tensor lattice = Tensor::from(places, {steps * steps, 2}), distance = distance_to_curve(lattice, curve);
  Indices near(Shape{0});
  for (Index i = 0; i < distance.numel(); ++i) {
    if (distance.at({i}) <= reach) near.values.push_back(static_cast<std::int32_t>(i));
  }
  near.shape = Shape{static_cast<Index>(near.values.size())};
  return index_select(lattice, 0, near);
}

}  // namespace gradfold
