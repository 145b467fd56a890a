// The plain twins of layer_norm.cpp.
#include <cmath>
#include <vector>

#include "tensor/kernels/layer_norm.h"

namespace gradfold {

void layer_norm_forward_ref(const Real* x, RowsShape shape, const Real* weight, const Real* bias, Real eps, Real* y,
                            Real* mean, Real* scale) {
  const Index n = shape.count;
  for (Index r = 0; r < shape.rows; ++r) {
    const Real* row = x + r * n;
    double average = 0, variance = 0;
    for (Index i = 0; i < n; ++i) average += row[i];
    average /= static_cast<double>(n);
    for (Index i = 0; i < n; ++i) variance += (row[i] - average) * (row[i] - average);
    mean[r] = static_cast<Real>(average);
    scale[r] = static_cast<Real>(1 / std::sqrt(variance / static_cast<double>(n) + eps));
    for (Index i = 0; i < n; ++i) {
      const Real normal = (row[i] - mean[r]) * scale[r];
      y[r * n + i] = weight ? normal * weight[i] + bias[i] : normal;
    }
  }
}

void layer_norm_backward_ref(const Real* dy, const Real* x, RowsShape shape, const Real* weight, const Real* mean,
                             const Real* scale, LayerNormGrads out) {
  const Index n = shape.count;
  std::vector<double> dweight(static_cast<std::size_t>(n)), dbias(dweight);
  for (Index r = 0; r < shape.rows; ++r) {
    const auto normal = [&](Index i) { return (double(x[r * n + i]) - mean[r]) * scale[r]; };
    const auto g = [&](Index i) { return double(dy[r * n + i]) * (weight ? weight[i] : 1); };
    double of_g = 0, of_product = 0;
    for (Index i = 0; i < n; ++i) {
      of_g += g(i) / static_cast<double>(n);
      of_product += g(i) * normal(i) / static_cast<double>(n);
      dweight[i] += dy[r * n + i] * normal(i);
      dbias[i] += dy[r * n + i];
    }
    for (Index i = 0; out.dx && i < n; ++i) {
      out.dx[r * n + i] = static_cast<Real>(scale[r] * (g(i) - of_g - normal(i) * of_product));
    }
  }
  for (Index i = 0; out.dweight && i < n; ++i) out.dweight[i] = static_cast<Real>(dweight[i]);
  for (Index i = 0; out.dbias && i < n; ++i) out.dbias[i] = static_cast<Real>(dbias[i]);
}

}  // namespace gradfold
