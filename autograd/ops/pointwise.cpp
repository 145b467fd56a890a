#include "autograd/ops/pointwise.h"

#include <numbers>

#include "autograd/record.h"
#include "tensor/map.h"

namespace gradfold {

// y = |x|      dx = dy * sign(x)      saves: x
Var abs(const Var& x) {
  return record("abs", {x}, abs(x.value()), [x = x.value()](const Tensor& dy) -> Grads {
    return {map(dy, x, [](Real g, Real v) { return v > 0 ? g : v < 0 ? -g : Real(0); })};
  });
}

// y = x^2      dx = dy * 2 x      saves: x
Var square(const Var& x) {
  return record("square", {x}, square(x.value()), [x = x.value()](const Tensor& dy) -> Grads {
    return {map(dy, x, [](Real g, Real v) { return 2 * g * v; })};
  });
}

// y = sqrt(x)      dx = dy / (2 y)      saves: y
Var sqrt(const Var& x) {
  Tensor y = sqrt(x.value());
  return record("sqrt", {x}, y, [y](const Tensor& dy) -> Grads {
    return {map(dy, y, [](Real g, Real t) { return g / (2 * t); })};
  });
}

// y = x^p      dx = dy * p x^(p-1)      saves: x
Var pow(const Var& x, Real exponent) {
  return record("pow", {x}, pow(x.value(), exponent), [x = x.value(), exponent](const Tensor& dy) -> Grads {
    if (exponent == 0) return {Tensor::zeros(x.shape())};  // not 0 * x^-1, which is NaN at 0
    const Tensor lower = pow(x, exponent - 1);
    return {map(dy, lower, [exponent](Real g, Real v) { return g * exponent * v; })};
  });
}

// y = min(max(x, low), high)      dx = dy where low <= x <= high, else 0      saves: x
Var clamp(const Var& x, Real low, Real high) {
  return record("clamp", {x}, clamp(x.value(), low, high), [x = x.value(), low, high](const Tensor& dy) -> Grads {
    return {map(dy, x, [low, high](Real g, Real v) { return v >= low && v <= high ? g : Real(0); })};
  });
}

// y = exp(x)      dx = dy * y      saves: y
Var exp(const Var& x) {
  Tensor y = exp(x.value());
  return record("exp", {x}, y, [y](const Tensor& dy) -> Grads { return {dy * y}; });
}

// y = log(x)      dx = dy / x      saves: x
Var log(const Var& x) {
  return record("log", {x}, log(x.value()), [x = x.value()](const Tensor& dy) -> Grads { return {dy / x}; });
}

// y = sin(x)      dx = dy * cos(x)      saves: x
Var sin(const Var& x) {
  return record("sin", {x}, sin(x.value()), [x = x.value()](const Tensor& dy) -> Grads { return {dy * cos(x)}; });
}

// y = cos(x)      dx = -dy * sin(x)      saves: x
Var cos(const Var& x) {
  return record("cos", {x}, cos(x.value()), [x = x.value()](const Tensor& dy) -> Grads {
    return {map(dy, sin(x), [](Real g, Real s) { return -g * s; })};
  });
}

// y = erf(x)      dx = dy * 2 / sqrt(pi) * exp(-x^2)      saves: x
Var erf(const Var& x) {
  return record("erf", {x}, erf(x.value()), [x = x.value()](const Tensor& dy) -> Grads {
    constexpr Real kSlope = static_cast<Real>(2 * std::numbers::inv_sqrtpi);
    const Tensor bell = exp(map(x, [](Real v) { return -v * v; }));
    return {map(dy, bell, [](Real g, Real e) { return kSlope * g * e; })};
  });
}

}  // namespace gradfold
