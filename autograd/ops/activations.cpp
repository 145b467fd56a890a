#include "autograd/ops/activations.h"

#include <algorithm>
#include <numbers>

#include "autograd/record.h"
#include "tensor/kernels/vector_math.h"
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

// y = [elu(x), elu(-x)]      dx = dy1 (1 or y1 + 1) - dy2 (1 or y2 + 1), 1 where its y is above 0      saves: y
Var concat_elu(const Var& x) {
  const Tensor from = x.value().contiguous();
  require(from.rank() >= 2, "concat_elu", "x is {} but must be [N, C, ...]", x.shape());
  Shape both = from.shape();
  both[1] *= 2;
  const Index n = from.size(0), size = from.numel() / std::max<Index>(n, 1);
  const Index grain = std::max<Index>(1, kMapGrain / std::max<Index>(size, 1));
  Tensor y(both);
  parallel_for(n, grain, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      const Real* in = from.data() + i * size;
      Real* out = y.data() + 2 * i * size;
      std::copy_n(in, size, out);
      for (Index k = 0; k < size; ++k) out[size + k] = -in[k];
      vec::elu(out, out, 2 * size, 1);
    }
  });
  return record("concat_elu", {x}, y, [y, shape = x.shape(), n, size, grain](const Tensor& dresult) -> Grads {
    const Tensor dy = dresult.contiguous();
    Tensor dx(shape);
    parallel_for(n, grain, [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) {
        const Real *g = dy.data() + 2 * i * size, *t = y.data() + 2 * i * size;
        Real* out = dx.data() + i * size;
        for (Index k = 0; k < size; ++k)
          out[k] = g[k] * (std::min(t[k], Real(0)) + 1) - g[size + k] * (std::min(t[size + k], Real(0)) + 1);
      }
    });
    return {dx};
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
