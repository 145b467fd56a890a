#include "nn/init.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace gradfold {
namespace {

struct Fans {
  double in, out;
};
Fans fans(const Shape& weight) {
  require(weight.rank() >= 2, "init", "a weight is {} but must have at least [out, in] to have a fan", weight);
  const double field = static_cast<double>(weight.numel()) / static_cast<double>(weight[0] * weight[1]);
  return {static_cast<double>(weight[1]) * field, static_cast<double>(weight[0]) * field};
}

// Rows made orthonormal by Gram-Schmidt, twice, which is as good as Householder's (Giraud et al. 2005). The
// diagonal of R is positive, so that the result is uniform over all rotations.
void orthonormalize(std::vector<double>& m, Index rows, Index cols) {
  auto dot = [&](Index a, Index b) {
    double sum = 0;
    for (Index c = 0; c < cols; ++c) sum += m[a * cols + c] * m[b * cols + c];
    return sum;
  };
  for (Index r = 0; r < rows; ++r) {
    for (Index pass = 0; pass < 2; ++pass) {
      for (Index before = 0; before < r; ++before) {
        const double along = dot(r, before);
        for (Index c = 0; c < cols; ++c) m[r * cols + c] -= along * m[before * cols + c];
      }
    }
    const double length = std::sqrt(dot(r, r));
    for (Index c = 0; c < cols; ++c) m[r * cols + c] /= length;
  }
}

// A weight [out, in, ...] seen as the matrix [out, in * ...]: orthonormal rows or, if it is tall, columns.
Tensor draw_orthogonal(const Shape& shape, Real gain, Rng& rng) {
  require(shape.rank() >= 2, "init::orthogonal", "a weight is {} but must have at least [out, in]", shape);
  const Index out = shape[0], in = shape.numel() / out;
  const bool tall = out > in;
  const Index rows = std::min(out, in), cols = std::max(out, in);
  const std::vector<Real> drawn = rng.normal({rows, cols}).to_vector();
  std::vector<double> m(drawn.begin(), drawn.end());
  orthonormalize(m, rows, cols);
  std::vector<Real> scaled(m.size());
  for (std::size_t i = 0; i < m.size(); ++i) scaled[i] = static_cast<Real>(gain * m[i]);
  const Tensor q = Tensor::from(scaled, {rows, cols});
  return (tall ? q.transpose(0, 1).contiguous() : q).reshape(shape);
}

Init uniform_within(double bound) { return init::uniform(static_cast<Real>(-bound), static_cast<Real>(bound)); }

}  // namespace

Tensor Init::draw(const Shape& shape, Rng& rng) const {
  switch (kind) {
    case Kind::kConstant: return Tensor::full(shape, a);
    case Kind::kUniform: return rng.uniform(shape, a, b);
    case Kind::kNormal: return rng.normal(shape, a, b);
    case Kind::kOrthogonal: break;
  }
  return draw_orthogonal(shape, a, rng);
}

namespace init {

Init zeros() { return constant(0); }
Init ones() { return constant(1); }
Init constant(Real value) { return {Init::Kind::kConstant, value, 0}; }
Init uniform(Real low, Real high) { return {Init::Kind::kUniform, low, high}; }
Init normal(Real mean, Real std) { return {Init::Kind::kNormal, mean, std}; }

Init xavier_uniform(const Shape& weight, Real gain) {
  const Fans f = fans(weight);
  return uniform_within(gain * std::sqrt(6 / (f.in + f.out)));
}
Init xavier_normal(const Shape& weight, Real gain) {
  const Fans f = fans(weight);
  return normal(0, static_cast<Real>(gain * std::sqrt(2 / (f.in + f.out))));
}
Init kaiming_uniform(const Shape& weight, Real slope) {
  return uniform_within(std::sqrt(6 / ((1.0 + slope * slope) * fans(weight).in)));
}
Init kaiming_normal(const Shape& weight, Real slope) {
  return normal(0, static_cast<Real>(std::sqrt(2 / ((1.0 + slope * slope) * fans(weight).in))));
}
Init orthogonal(Real gain) { return {Init::Kind::kOrthogonal, gain, 0}; }
Init torch_default(const Shape& weight) { return uniform_within(1 / std::sqrt(fans(weight).in)); }

}  // namespace init
}  // namespace gradfold
