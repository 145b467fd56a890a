// The plain twins of vector_math.cpp.
#include <cmath>
#include <numbers>

#include "tensor/kernels/vector_math.h"

namespace gradfold::vec {
namespace {

template <class F>
void each(const Real* x, Real* y, Index n, F f) {
  for (Index i = 0; i < n; ++i) y[i] = f(x[i]);
}

// exp(-|x|) never overflows, and no digits cancel in 1 + exp(-|x|).
Real sigmoid_of(Real x) {
  const Real e = std::exp(-std::abs(x));
  return (x < 0 ? e : 1) / (1 + e);
}
Real softplus_of(Real x) { return (x < 0 ? 0 : x) + std::log1p(std::exp(-std::abs(x))); }

}  // namespace

void exp_ref(const Real* x, Real* y, Index n) {
  each(x, y, n, [](Real v) { return std::exp(v); });
}
void log_ref(const Real* x, Real* y, Index n) {
  each(x, y, n, [](Real v) { return std::log(v); });
}
void sin_ref(const Real* x, Real* y, Index n) {
  each(x, y, n, [](Real v) { return std::sin(v); });
}
void cos_ref(const Real* x, Real* y, Index n) {
  each(x, y, n, [](Real v) { return std::cos(v); });
}
void erf_ref(const Real* x, Real* y, Index n) {
  each(x, y, n, [](Real v) { return std::erf(v); });
}
void tanh_ref(const Real* x, Real* y, Index n) {
  each(x, y, n, [](Real v) { return std::tanh(v); });
}
void sigmoid_ref(const Real* x, Real* y, Index n) { each(x, y, n, sigmoid_of); }
void softplus_ref(const Real* x, Real* y, Index n) { each(x, y, n, softplus_of); }
void log_sigmoid_ref(const Real* x, Real* y, Index n) {
  each(x, y, n, [](Real v) { return -softplus_of(-v); });
}
void silu_ref(const Real* x, Real* y, Index n) {
  each(x, y, n, [](Real v) { return v * sigmoid_of(v); });
}
// erfc instead of 1 + erf: all digits count for large negative x.
void gelu_ref(const Real* x, Real* y, Index n) {
  each(x, y, n, [](Real v) { return v * std::erfc(v * -(std::numbers::sqrt2_v<Real> / 2)) / 2; });
}
void elu_ref(const Real* x, Real* y, Index n, Real alpha) {
  each(x, y, n, [alpha](Real v) { return v > 0 ? v : alpha * std::expm1(v); });
}

}  // namespace gradfold::vec
