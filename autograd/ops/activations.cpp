#include "autograd/ops/activations.h"

#include <numbers>

#include "autograd/record.h"
#include "tensor/map.h"

namespace gradfold {

// y = max(x, 0)      dx = dy where y > 0, else 0      saves: y
Var relu(const Var& x) {
  Tensor y = relu(x.value());
  return record("relu", {x}, y, [y](const Tensor& dy) -> Grads {
    return {map(dy, y, [](Real g, Real t) { return t > 0 ? g : Real(0); })};
  });
}

// y = x above 0, slope * x below      dx = dy or slope * dy      saves: y, whose sign is x's
Var leaky_relu(const Var& x, Real slope) {
  require(slope >= 0, "leaky_relu", "slope is {} but must be 0 or more", slope);
  Tensor y = leaky_relu(x.value(), slope);
  return record("leaky_relu", {x}, y, [y, slope](const Tensor& dy) -> Grads {
    return {map(dy, y, [slope](Real g, Real t) { return t > 0 ? g : slope * g; })};
  });
}

// y = x above 0, alpha (exp(x) - 1) below      dx = dy or dy * (y + alpha)      saves: y
Var elu(const Var& x, Real alpha) {
  require(alpha >= 0, "elu", "alpha is {} but must be 0 or more", alpha);
  Tensor y = elu(x.value(), alpha);
  return record("elu", {x}, y, [y, alpha](const Tensor& dy) -> Grads {
    return {map(dy, y, [alpha](Real g, Real t) { return t > 0 ? g : g * (t + alpha); })};
  });
}

// y = x Phi(x)      dx = dy * (Phi(x) + x phi(x))      saves: x
// Phi and phi are the normal distribution's cumulative and density.
Var gelu(const Var& x) {
  return record("gelu", {x}, gelu(x.value()), [x = x.value()](const Tensor& dy) -> Grads {
    constexpr Real kInvSqrt2 = static_cast<Real>(1 / std::numbers::sqrt2);
    constexpr Real kInvSqrt2Pi = static_cast<Real>(std::numbers::inv_sqrtpi / std::numbers::sqrt2);
    const Tensor erf_x = erf(x * kInvSqrt2);
    const Tensor bell = exp(map(x, [](Real v) { return Real(-0.5) * v * v; }));
    return {dy * map(x, erf_x, bell, [](Real v, Real e, Real b) { return Real(0.5) * (1 + e) + v * b * kInvSqrt2Pi; })};
  });
}

// y = x s, s = sigmoid(x)      dx = dy * s (1 + x (1 - s))      saves: x
Var silu(const Var& x) {
  return record("silu", {x}, silu(x.value()), [x = x.value()](const Tensor& dy) -> Grads {
    return {map(dy, x, sigmoid(x), [](Real g, Real v, Real s) { return g * s * (1 + v * (1 - s)); })};
  });
}

// y = tanh(x)      dx = dy * (1 - y^2)      saves: y
Var tanh(const Var& x) {
  Tensor y = tanh(x.value());
  return record("tanh", {x}, y, [y](const Tensor& dy) -> Grads {
    return {map(dy, y, [](Real g, Real t) { return g * (1 - t * t); })};
  });
}

// y = 1 / (1 + exp(-x))      dx = dy * y (1 - y)      saves: y
Var sigmoid(const Var& x) {
  Tensor y = sigmoid(x.value());
  return record("sigmoid", {x}, y, [y](const Tensor& dy) -> Grads {
    return {map(dy, y, [](Real g, Real t) { return g * t * (1 - t); })};
  });
}

// y = log(1 + exp(x))      dx = dy * sigmoid(x)      saves: x
Var softplus(const Var& x) {
  return record("softplus", {x}, softplus(x.value()),
                [x = x.value()](const Tensor& dy) -> Grads { return {dy * sigmoid(x)}; });
}

// y = log(sigmoid(x))      dx = dy * sigmoid(-x)      saves: x
Var log_sigmoid(const Var& x) {
  return record("log_sigmoid", {x}, log_sigmoid(x.value()),
                [x = x.value()](const Tensor& dy) -> Grads { return {dy * sigmoid(-x)}; });
}

}  // namespace gradfold
