#pragma once
#include "tensor/parallel.h"
#include "tensor/tensor.h"

// map(x, f): a new tensor of f(x[i]); map(x, y, f) of f(x[i], y[i]); map(x, y, z, f) likewise. All inputs
// have the same shape. One pass over memory; the compiler vectorises plain arithmetic in f:
//   Tensor dx = map(dy, y, [](Real g, Real t) { return g * (1 - t * t); });
namespace gradfold {

// Elements a thread works on at a time: large enough to pay for handing out the chunk, small enough for L2.
inline constexpr Index kMapGrain = 1 << 15;

template <class F>
Tensor map(const Tensor& x, F f) {
  const Tensor a = x.contiguous();
  Tensor y(x.shape());
  const Real* pa = a.data();
  Real* py = y.data();
  parallel_for(y.numel(), kMapGrain, [=](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) py[i] = f(pa[i]);
  });
  return y;
}

template <class F>
Tensor map(const Tensor& x, const Tensor& y, F f) {
  require(x.shape() == y.shape(), "map", "x is {} but y is {}; the shapes must be equal", x.shape(), y.shape());
  const Tensor a = x.contiguous(), b = y.contiguous();
  Tensor out(x.shape());
  const Real *pa = a.data(), *pb = b.data();
  Real* po = out.data();
  parallel_for(out.numel(), kMapGrain, [=](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) po[i] = f(pa[i], pb[i]);
  });
  return out;
}

template <class F>
Tensor map(const Tensor& x, const Tensor& y, const Tensor& z, F f) {
  require(x.shape() == y.shape() && x.shape() == z.shape(), "map",
          "x is {}, y is {} and z is {}; the shapes must be equal", x.shape(), y.shape(), z.shape());
  const Tensor a = x.contiguous(), b = y.contiguous(), c = z.contiguous();
  Tensor out(x.shape());
  const Real *pa = a.data(), *pb = b.data(), *pc = c.data();
  Real* po = out.data();
  parallel_for(out.numel(), kMapGrain, [=](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) po[i] = f(pa[i], pb[i], pc[i]);
  });
  return out;
}

}  // namespace gradfold
