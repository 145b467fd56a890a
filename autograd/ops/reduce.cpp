#include "autograd/ops/reduce.h"

#include "autograd/record.h"
#include "tensor/elementwise.h"
#include "tensor/map.h"

namespace gradfold {
namespace {

// x's shape with the reduced dimensions at size 1: what a result without keepdim is reshaped to before it
// is broadcast against x again.
Shape kept(const Shape& x, const Dims& dims, const char* who) {
  if (dims.empty()) return Shape::filled(x.rank(), 1);
  Shape out = x;
  for (int d : dims) out[x.dim(d, who)] = 1;
  return out;
}

// How many elements of x go into one of the result.
Index reduced_count(const Shape& x, const Dims& dims, const char* who) {
  if (dims.empty()) return x.numel();
  Index count = 1;
  for (int d : dims) count *= x[x.dim(d, who)];
  return count;
}

// Max and min: the gradient goes to the elements that equal the result, in equal parts.
Var record_extreme(const char* op, const Var& x, const Dims& dims, Tensor y) {
  return record(op, {x}, y, [x = x.value(), y, dims, op](const Tensor& dy) -> Grads {
    const Shape narrow = kept(x.shape(), dims, op);
    const Tensor winners = equal(x, y.reshape(narrow));
    return {winners * (dy.reshape(narrow) / sum(winners, dims, true))};
  });
}

}  // namespace

// y = sum of x over dims      dx = dy, repeated      saves: nothing
Var sum(const Var& x, const Dims& dims, bool keepdim) {
  return record("sum", {x}, sum(x.value(), dims, keepdim),
                [shape = x.shape(), narrow = kept(x.shape(), dims, "sum")](const Tensor& dy) -> Grads {
                  return {dy.reshape(narrow).expand(shape)};
                });
}

// y = sum of x over dims / n      dx = dy / n, repeated      saves: n
Var mean(const Var& x, const Dims& dims, bool keepdim) {
  const Real n = static_cast<Real>(reduced_count(x.shape(), dims, "mean"));
  return record("mean", {x}, mean(x.value(), dims, keepdim),
                [shape = x.shape(), narrow = kept(x.shape(), dims, "mean"), n](const Tensor& dy) -> Grads {
                  return {(dy / n).reshape(narrow).expand(shape)};
                });
}

// y = largest x over dims      dx = dy / count where x = y, else 0      saves: x, y
Var max(const Var& x, const Dims& dims, bool keepdim) {
  return record_extreme("max", x, dims, max(x.value(), dims, keepdim));
}

// y = smallest x over dims      dx = dy / count where x = y, else 0      saves: x, y
Var min(const Var& x, const Dims& dims, bool keepdim) {
  return record_extreme("min", x, dims, min(x.value(), dims, keepdim));
}

// y = sum (x - mean)^2 / (n - c)      dx = dy * 2 (x - mean) / (n - c)      saves: x - mean
// The mean's own dependence on x adds nothing: differences from the mean sum to 0.
Var var(const Var& x, const Dims& dims, bool keepdim, Index correction) {
  const Index count = reduced_count(x.shape(), dims, "var") - correction;
  require(count > 0 || x.numel() == 0, "var",
          "{} elements go into one variance with correction {}; it needs more than {}", count + correction,
          correction, correction);
  const Real n = static_cast<Real>(count);
  Tensor centred = x.value() - mean(x.value(), dims, true);
  Tensor y = sum(square(centred), dims, keepdim) / n;
  const Shape narrow = kept(x.shape(), dims, "var");
  return record("var", {x}, std::move(y), [centred, n, narrow](const Tensor& dy) -> Grads {
    return {centred * (dy.reshape(narrow) * (2 / n))};
  });
}

// y = log sum exp(x) over dim      dx = dy * exp(x - y)      saves: x, y
Var logsumexp(const Var& x, int dim, bool keepdim) {
  Tensor y = logsumexp(x.value(), dim, keepdim);
  const Shape narrow = kept(x.shape(), {dim}, "logsumexp");
  return record("logsumexp", {x}, y, [x = x.value(), y, narrow](const Tensor& dy) -> Grads {
    return {exp(x - y.reshape(narrow)) * dy.reshape(narrow)};
  });
}

// y = exp(x) / sum exp(x) over dim      dx = y * (dy - sum(dy * y))      saves: y
Var softmax(const Var& x, int dim) {
  Tensor y = softmax(x.value(), dim);
  return record("softmax", {x}, y, [y, dim](const Tensor& dy) -> Grads {
    const Tensor inner = sum(dy * y, {dim}, true).expand(y.shape());
    return {map(dy, y, inner, [](Real g, Real p, Real s) { return p * (g - s); })};
  });
}

// y = x - log sum exp(x) over dim      dx = dy - exp(y) * sum(dy)      saves: y
Var log_softmax(const Var& x, int dim) {
  Tensor y = log_softmax(x.value(), dim);
  return record("log_softmax", {x}, y, [y, dim](const Tensor& dy) -> Grads {
    const Tensor total = sum(dy, {dim}, true).expand(y.shape());
    return {map(dy, exp(y), total, [](Real g, Real p, Real s) { return g - p * s; })};
  });
}

}  // namespace gradfold
