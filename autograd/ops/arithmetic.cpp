#include "autograd/ops/arithmetic.h"

#include "autograd/record.h"
#include "tensor/map.h"
#include "tensor/reduce.h"

namespace gradfold {
namespace {

// `saved`, if the input whose gradient reads it wants one at all.
Tensor keep_if(const Var& wants, const Var& saved) { return wants.requires_grad() ? saved.value() : Tensor(); }

}  // namespace

// y = a + b      da = dy   db = dy, each summed over what was broadcast      saves: nothing
Var operator+(const Var& a, const Var& b) {
  Tensor y = a.value() + b.value();
  if (a.shape() == b.shape()) {
    return record("add", {a, b}, std::move(y), [](const Tensor& dy) -> Grads { return {dy, dy}; });
  }
  return record("add", {a, b}, std::move(y), [sa = a.shape(), sb = b.shape()](const Tensor& dy, Needs need) {
    Grads grads(2);
    if (need[0]) grads[0] = sum_to(dy, sa);
    if (need[1]) grads[1] = sum_to(dy, sb);
    return grads;
  });
}

// y = a - b      da = dy   db = -dy, each summed over what was broadcast      saves: nothing
Var operator-(const Var& a, const Var& b) {
  return record("sub", {a, b}, a.value() - b.value(),
                [sa = a.shape(), sb = b.shape()](const Tensor& dy, Needs need) {
                  Grads grads(2);
                  if (need[0]) grads[0] = sum_to(dy, sa);
                  if (need[1]) grads[1] = -sum_to(dy, sb);
                  return grads;
                });
}

// y = a * b      da = dy * b   db = dy * a      saves: a if b wants a gradient, b if a does
Var operator*(const Var& a, const Var& b) {
  return record("mul", {a, b}, a.value() * b.value(),
                [av = keep_if(b, a), bv = keep_if(a, b), sa = a.shape(), sb = b.shape()](const Tensor& dy, Needs need) {
                  Grads grads(2);
                  if (need[0]) grads[0] = sum_to(dy * bv, sa);
                  if (need[1]) grads[1] = sum_to(dy * av, sb);
                  return grads;
                });
}

// y = a / b      da = dy / b   db = -dy * y / b      saves: b; y if b wants a gradient
Var operator/(const Var& a, const Var& b) {
  Tensor y = a.value() / b.value();
  Tensor kept = b.requires_grad() ? y : Tensor();
  return record("div", {a, b}, std::move(y),
                [y = std::move(kept), bv = b.value(), sa = a.shape(), sb = b.shape()](const Tensor& dy, Needs need) {
                  const Tensor scaled = dy / bv;
                  Grads grads(2);
                  if (need[0]) grads[0] = sum_to(scaled, sa);
                  if (need[1]) grads[1] = -sum_to(scaled * y, sb);
                  return grads;
                });
}

// y = a + c      da = dy      saves: nothing
Var operator+(const Var& a, Real b) {
  return record("add_scalar", {a}, a.value() + b, [](const Tensor& dy) -> Grads { return {dy}; });
}
Var operator-(const Var& a, Real b) { return a + -b; }
Var operator+(Real a, const Var& b) { return b + a; }

// y = c - b      db = -dy      saves: nothing
Var operator-(Real a, const Var& b) {
  return record("rsub_scalar", {b}, a - b.value(), [](const Tensor& dy) -> Grads { return {-dy}; });
}

// y = c * a      da = c * dy      saves: c
Var operator*(const Var& a, Real b) {
  return record("mul_scalar", {a}, a.value() * b, [b](const Tensor& dy) -> Grads { return {dy * b}; });
}
Var operator*(Real a, const Var& b) { return b * a; }

// y = a / c      da = dy / c      saves: c
Var operator/(const Var& a, Real b) {
  return record("div_scalar", {a}, a.value() / b, [b](const Tensor& dy) -> Grads { return {dy / b}; });
}

// y = c / b      db = -dy * y / b      saves: b, y
Var operator/(Real a, const Var& b) {
  Tensor y = a / b.value();
  return record("rdiv_scalar", {b}, y, [y, bv = b.value()](const Tensor& dy) -> Grads {
    return {map(dy, y, bv, [](Real g, Real t, Real v) { return -g * t / v; })};
  });
}

// y = -x      dx = -dy      saves: nothing
Var operator-(const Var& x) {
  return record("neg", {x}, -x.value(), [](const Tensor& dy) -> Grads { return {-dy}; });
}

namespace {

// The gradient of the winner in maximum and minimum: dy where a - b has the winning sign, half of it on a tie.
Var record_winner(const char* op, const Var& a, const Var& b, Tensor y, Real sign) {
  return record(op, {a, b}, std::move(y), [av = a.value(), bv = b.value(), sign](const Tensor& dy, Needs need) {
    const auto share = [](Real lead) { return lead > 0 ? Real(1) : lead < 0 ? Real(0) : Real(0.5); };
    const Tensor wide_a = av.expand(dy.shape()), wide_b = bv.expand(dy.shape());
    Grads grads(2);
    if (need[0]) {
      grads[0] = sum_to(map(dy, wide_a, wide_b, [=](Real g, Real p, Real q) { return g * share(sign * (p - q)); }),
                        av.shape());
    }
    if (need[1]) {
      grads[1] = sum_to(map(dy, wide_a, wide_b, [=](Real g, Real p, Real q) { return g * share(sign * (q - p)); }),
                        bv.shape());
    }
    return grads;
  });
}

}  // namespace

// y = max(a, b)      da = dy where a > b, dy / 2 where equal, else 0; db the rest      saves: a, b
Var maximum(const Var& a, const Var& b) {
  return record_winner("maximum", a, b, maximum(a.value(), b.value()), 1);
}

// y = min(a, b)      da = dy where a < b, dy / 2 where equal, else 0; db the rest      saves: a, b
Var minimum(const Var& a, const Var& b) {
  return record_winner("minimum", a, b, minimum(a.value(), b.value()), -1);
}

// y = c ? a : b      da = c ? dy : 0   db = c ? 0 : dy      saves: c
Var where(const Tensor& condition, const Var& a, const Var& b) {
  return record("where", {a, b}, where(condition, a.value(), b.value()),
                [condition, sa = a.shape(), sb = b.shape()](const Tensor& dy, Needs need) {
                  const Tensor zero = Tensor::scalar(0);
                  Grads grads(2);
                  if (need[0]) grads[0] = sum_to(where(condition, dy, zero), sa);
                  if (need[1]) grads[1] = sum_to(where(condition, zero, dy), sb);
                  return grads;
                });
}

}  // namespace gradfold
