#include "tensor/kernels/vector_math.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "tensor/kernels/sigmoid.h"

namespace gradfold::vec {
namespace {

template <class D>
hn::Vec<D> constant(D d, double value) {
  return hn::Set(d, static_cast<float>(value));
}

// c[0] + c[1] t + c[2] t^2 + ...
template <class D, class V, std::size_t N>
V polynomial(D d, V t, const float (&c)[N]) {
  V sum = hn::Set(d, c[N - 1]);
  for (std::size_t k = N - 1; k-- > 0;) sum = hn::MulAdd(sum, t, hn::Set(d, c[k]));
  return sum;
}

// ---- Highway's functions ask for arguments in range; these take any -----------------------------------

template <class D, class V>
V exp_any(D d, V x) {
  const V y = hn::Exp(d, hn::Min(x, constant(d, 104)));  // infinite in float already
  return hn::IfThenElse(hn::Eq(x, x), y, x);
}

template <class D, class V>
V log_any(D d, V x) {
  const V zero = hn::Zero(d), inf = constant(d, std::numeric_limits<double>::infinity());
  const V nan = constant(d, std::numeric_limits<double>::quiet_NaN());
  const V edge = hn::IfThenElse(hn::Eq(x, zero), hn::Neg(inf), hn::IfThenElse(hn::Eq(x, inf), inf, nan));
  return hn::IfThenElse(hn::And(hn::Gt(x, zero), hn::Lt(x, inf)), hn::Log(d, x), edge);
}

// Large angles: reducing them by multiples of pi loses digits, so the plain function takes over.
template <class D, class V, class Fast, class Plain>
V angle_any(D d, V x, Fast fast, Plain plain) {
  if (hn::AllTrue(d, hn::Le(hn::Abs(x), constant(d, 39000)))) return fast(d, x);
  HWY_ALIGN float lane[HWY_LANES(float)];
  hn::Store(x, d, lane);
  for (std::size_t i = 0; i < hn::Lanes(d); ++i) lane[i] = plain(lane[i]);
  return hn::Load(d, lane);
}

// ---- what Highway does not have -----------------------------------------------------------------------

template <class D, class V>
V softplus(D d, V x) {
  const V zero = hn::Zero(d);
  return hn::Add(hn::IfThenElse(hn::Lt(x, zero), zero, x), hn::Log1p(d, hn::Exp(d, hn::Neg(hn::Abs(x)))));
}

// z^2 - square, where square is z^2 rounded: z is split into halves whose products are exact (Dekker 1971),
// which needs no fused multiply-add.
template <class D, class V>
V square_rest(D d, V z, V square) {
  const hn::RebindToUnsigned<D> bits;
  const V high = hn::BitCast(d, hn::And(hn::BitCast(bits, z), hn::Set(bits, 0xFFFFF000u))), low = hn::Sub(z, high);
  return hn::MulAdd(low, low, hn::MulAdd(hn::Add(high, high), low, hn::MulSub(high, high, square)));
}

// 1 - Phi(z), the upper tail of the normal distribution, for 0 <= z <= 15: exp(-z^2 / 2) t P(t) with
// t = 1 / (1 + 0.25 z). P is a Chebyshev fit over that range, its relative error 1.3e-8.
template <class D, class V>
V normal_tail(D d, V z) {
  static constexpr float kP[] = {0.09974975536f, 0.09945356608f, 0.09586338536f, 0.07027288219f, 0.09193209488f,
                                 0.002400358572f, 0.04136780965f, 0.04158928633f, -0.05837097996f, 0.0157418441f};
  const V one = constant(d, 1), half = constant(d, 0.5);
  const V t = hn::Div(one, hn::MulAdd(z, constant(d, 0.25), one));
  // z^2 rounds; what it lost is put back to first order: exp(-(s + r) / 2) = exp(-s / 2) (1 - r / 2).
  const V square = hn::Mul(z, z), rest = square_rest(d, z, square);
  const V bell = hn::Exp(d, hn::Neg(hn::Mul(square, half)));
  return hn::Mul(hn::NegMulAdd(hn::Mul(rest, half), bell, bell), hn::Mul(t, polynomial(d, t, kP)));
}

// x Phi(x). Below 0, Phi is the tail itself, so that all digits count; above, 1 - tail.
template <class D, class V>
V gelu(D d, V x) {
  const V tail = normal_tail(d, hn::Min(hn::Abs(x), constant(d, 15)));
  return hn::Mul(x, hn::IfThenElse(hn::Lt(x, hn::Zero(d)), tail, hn::Sub(constant(d, 1), tail)));
}

// Up to |x| = 1 a Chebyshev fit of erf(x) / x in x^2, relative error below 2e-9; beyond, 1 - 2 tail.
template <class D, class V>
V erf(D d, V x) {
  static constexpr float kP[] = {1.128379166f,   -0.3761262667f,    0.1128359472f,   -0.02685421201f,
                                 0.005189087423f, -0.0008016864287f, 0.00007875875063f};
  const V one = constant(d, 1), size = hn::Abs(x);
  const V small = hn::Mul(x, polynomial(d, hn::Mul(x, x), kP));
  const V z = hn::Min(hn::Mul(size, constant(d, 1.4142135623730951)), constant(d, 15));
  const V large = hn::CopySign(hn::NegMulAdd(constant(d, 2), normal_tail(d, z), one), x);
  return hn::IfThenElse(hn::Gt(size, one), large, small);
}

// ---- loops --------------------------------------------------------------------------------------------

template <class Op, class Ref>
void run(const float* x, float* y, Index n, Op op, Ref) {
  const hn::ScalableTag<float> d;
  const Index lanes = static_cast<Index>(hn::Lanes(d));
  Index i = 0;
  for (; i + lanes <= n; i += lanes) hn::StoreU(op(d, hn::LoadU(d, x + i)), d, y + i);
  if (i == n) return;
  HWY_ALIGN float rest[HWY_LANES(float)] = {};
  const std::size_t bytes = static_cast<std::size_t>(n - i) * sizeof(float);
  std::memcpy(rest, x + i, bytes);
  hn::Store(op(d, hn::Load(d, rest)), d, rest);
  std::memcpy(y + i, rest, bytes);
}

template <class Op, class Ref>
void run(const double* x, double* y, Index n, Op, Ref ref) {
  ref(x, y, n);
}

}  // namespace

void exp(const Real* x, Real* y, Index n) {
  run(x, y, n, [](auto d, auto v) { return exp_any(d, v); }, exp_ref);
}
void log(const Real* x, Real* y, Index n) {
  run(x, y, n, [](auto d, auto v) { return log_any(d, v); }, log_ref);
}
void sin(const Real* x, Real* y, Index n) {
  run(x, y, n, [](auto d, auto v) {
    return angle_any(d, v, [](auto dd, auto u) { return hn::Sin(dd, u); }, [](float u) { return std::sin(u); });
  }, sin_ref);
}
void cos(const Real* x, Real* y, Index n) {
  run(x, y, n, [](auto d, auto v) {
    return angle_any(d, v, [](auto dd, auto u) { return hn::Cos(dd, u); }, [](float u) { return std::cos(u); });
  }, cos_ref);
}
void erf(const Real* x, Real* y, Index n) {
  run(x, y, n, [](auto d, auto v) { return erf(d, v); }, erf_ref);
}
void tanh(const Real* x, Real* y, Index n) {
  run(x, y, n, [](auto d, auto v) { return hn::Tanh(d, v); }, tanh_ref);
}
void sigmoid(const Real* x, Real* y, Index n) {
  run(x, y, n, [](auto d, auto v) { return sigmoid_lanes(d, v); }, sigmoid_ref);
}
void softplus(const Real* x, Real* y, Index n) {
  run(x, y, n, [](auto d, auto v) { return softplus(d, v); }, softplus_ref);
}
void log_sigmoid(const Real* x, Real* y, Index n) {
  run(x, y, n, [](auto d, auto v) { return hn::Neg(softplus(d, hn::Neg(v))); }, log_sigmoid_ref);
}
void silu(const Real* x, Real* y, Index n) {
  run(x, y, n, [](auto d, auto v) { return hn::Mul(v, sigmoid_lanes(d, v)); }, silu_ref);
}
void gelu(const Real* x, Real* y, Index n) {
  run(x, y, n, [](auto d, auto v) { return gelu(d, v); }, gelu_ref);
}
void elu(const Real* x, Real* y, Index n, Real alpha) {
  run(x, y, n, [alpha](auto d, auto v) {
    return hn::IfThenElse(hn::Gt(v, hn::Zero(d)), v, hn::Mul(hn::Set(d, static_cast<float>(alpha)), hn::Expm1(d, v)));
  }, [alpha](const Real* in, Real* out, Index count) { elu_ref(in, out, count, alpha); });
}

}  // namespace gradfold::vec
