#include "tensor/elementwise.h"

#include <cmath>

#include "tensor/kernels/broadcast.h"
#include "tensor/map.h"

namespace gradfold {
namespace {

Operand operand(const Tensor& x, const Shape& to) {
  return {x.origin(), broadcast_strides(x.shape(), x.strides(), to)};
}

template <class F>
Tensor binary(const char* who, const Tensor& a, const Tensor& b, F f) {
  require(a.defined() && b.defined(), who, "an operand is an undefined tensor; both must hold numbers");
  if (a.shape() == b.shape()) return map(a, b, f);
  Tensor out(broadcast(a.shape(), b.shape(), who));
  map_strided<2>(out.shape(), {operand(a, out.shape()), operand(b, out.shape())}, out.data(), f);
  return out;
}

// The larger (or smaller) of two, NaN if either is: a comparison with NaN is false.
// | and not ||, so that the compiler makes no branch of it.
constexpr auto larger = [](Real a, Real b) { return ((a > b) | (a != a)) ? a : b; };
constexpr auto smaller = [](Real a, Real b) { return ((a < b) | (a != a)) ? a : b; };

}  // namespace

Tensor operator+(const Tensor& a, const Tensor& b) {
  return binary("add", a, b, [](Real x, Real y) { return x + y; });
}
Tensor operator-(const Tensor& a, const Tensor& b) {
  return binary("subtract", a, b, [](Real x, Real y) { return x - y; });
}
Tensor operator*(const Tensor& a, const Tensor& b) {
  return binary("multiply", a, b, [](Real x, Real y) { return x * y; });
}
Tensor operator/(const Tensor& a, const Tensor& b) {
  return binary("divide", a, b, [](Real x, Real y) { return x / y; });
}

Tensor operator+(const Tensor& a, Real b) { return map(a, [b](Real x) { return x + b; }); }
Tensor operator-(const Tensor& a, Real b) { return map(a, [b](Real x) { return x - b; }); }
Tensor operator*(const Tensor& a, Real b) { return map(a, [b](Real x) { return x * b; }); }
Tensor operator/(const Tensor& a, Real b) { return map(a, [b](Real x) { return x / b; }); }
Tensor operator+(Real a, const Tensor& b) { return b + a; }
Tensor operator-(Real a, const Tensor& b) { return map(b, [a](Real y) { return a - y; }); }
Tensor operator*(Real a, const Tensor& b) { return b * a; }
Tensor operator/(Real a, const Tensor& b) { return map(b, [a](Real y) { return a / y; }); }
Tensor operator-(const Tensor& x) { return map(x, [](Real v) { return -v; }); }

Tensor maximum(const Tensor& a, const Tensor& b) { return binary("maximum", a, b, larger); }
Tensor minimum(const Tensor& a, const Tensor& b) { return binary("minimum", a, b, smaller); }
Tensor equal(const Tensor& a, const Tensor& b) {
  return binary("equal", a, b, [](Real x, Real y) { return x == y ? Real(1) : Real(0); });
}
Tensor greater(const Tensor& a, const Tensor& b) {
  return binary("greater", a, b, [](Real x, Real y) { return x > y ? Real(1) : Real(0); });
}
Tensor less(const Tensor& a, const Tensor& b) {
  return binary("less", a, b, [](Real x, Real y) { return x < y ? Real(1) : Real(0); });
}

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) {
  require(condition.defined() && a.defined() && b.defined(), "where",
          "an operand is an undefined tensor; all three must hold numbers");
  const Shape shape = broadcast(condition.shape(), broadcast(a.shape(), b.shape(), "where"), "where");
  Tensor out(shape);
  map_strided<3>(shape, {operand(condition, shape), operand(a, shape), operand(b, shape)}, out.data(),
                 [](Real c, Real x, Real y) { return c != 0 ? x : y; });
  return out;
}

void add_(Tensor& y, const Tensor& x, Real alpha) {
  require(y.defined() && x.defined(), "add_", "an operand is an undefined tensor; both must hold numbers");
  require(broadcast(y.shape(), x.shape(), "add_") == y.shape(), "add_",
          "x is {} and cannot be broadcast to y, {}", x.shape(), y.shape());
  const auto nest = make_nest<2>(y.shape(), {y.strides(), broadcast_strides(x.shape(), x.strides(), y.shape())});
  const Index y_step = nest.inner().stride[0], x_step = nest.inner().stride[1];
  Real* py = y.origin();
  const Real* px = x.origin();
  parallel_for(nest.numel, kMapGrain, [&](Index begin, Index end) {
    walk(nest, begin, end, [&](const std::array<Index, 2>& at, Index n) {
      Real* to = py + at[0];
      const Real* from = px + at[1];
      if (y_step == 1 && x_step == 1) {
        for (Index i = 0; i < n; ++i) to[i] += alpha * from[i];
      } else {
        for (Index i = 0; i < n; ++i) to[i * y_step] += alpha * from[i * x_step];
      }
    });
  });
}

void scale_(Tensor& x, Real factor) {
  require(x.defined(), "scale_", "x is an undefined tensor; it must hold numbers");
  const auto nest = make_nest<1>(x.shape(), {x.strides()});
  const Index step = nest.inner().stride[0];
  Real* px = x.origin();
  parallel_for(nest.numel, kMapGrain, [&](Index begin, Index end) {
    walk(nest, begin, end, [&](const std::array<Index, 1>& at, Index n) {
      for (Index i = 0; i < n; ++i) px[at[0] + i * step] *= factor;
    });
  });
}

Tensor abs(const Tensor& x) { return map(x, [](Real v) { return std::abs(v); }); }
Tensor sign(const Tensor& x) {
  return map(x, [](Real v) { return v > 0 ? Real(1) : v < 0 ? Real(-1) : v; });
}
Tensor square(const Tensor& x) { return map(x, [](Real v) { return v * v; }); }
Tensor sqrt(const Tensor& x) { return map(x, [](Real v) { return std::sqrt(v); }); }

Tensor pow(const Tensor& x, Real exponent) {
  if (exponent == 2) return square(x);
  if (exponent == 3) return map(x, [](Real v) { return v * v * v; });
  if (exponent == Real(0.5)) return sqrt(x);
  if (exponent == 1) return x.clone();
  if (exponent == -1) return 1 / x;
  return map(x, [exponent](Real v) { return std::pow(v, exponent); });
}

Tensor clamp(const Tensor& x, Real low, Real high) {
  require(low <= high, "clamp", "low is {} and high {}; low must not be above high", low, high);
  return map(x, [low, high](Real v) {
    const Real raised = v < low ? low : v;
    return raised > high ? high : raised;
  });
}

Tensor relu(const Tensor& x) { return map(x, [](Real v) { return v < 0 ? Real(0) : v; }); }
Tensor leaky_relu(const Tensor& x, Real slope) {
  return map(x, [slope](Real v) { return v < 0 ? slope * v : v; });
}

}  // namespace gradfold
