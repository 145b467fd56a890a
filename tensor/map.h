#pragma once
#include "tensor/parallel.h"
#include "tensor/tensor.h"

// map(x, f): a new tensor of f(x[i]); map(x, y, f) of f(x[i], y[i]); map(x, y, z, f) likewise. All inputs
// have the same shape. One pass over memory; the compiler vectorises plain arithmetic in f:
//   Tensor dx = map(dy, y, [](Real g, Real t) { return g * (1 - t * t); });
namespace gradfold {
namespace detail {

// The result overlaps no input, and saying so (__restrict) spares the compiler a check at run time.
template <class F, class... In>
void map_run(Real* __restrict out, Index n, F f, const In* __restrict... in) {
  for (Index i = 0; i < n; ++i) out[i] = f(in[i]...);
}

template <class F, class... In>
void map_loop(Real* out, Index n, F f, const In*... in) {
  parallel_for(n, kMapGrain, [=](Index begin, Index end) {
    map_run(out + begin, end - begin, f, in + begin...);
  });
}

}  // namespace detail

template <class F>
Tensor map(const Tensor& x, F f) {
  require(x.defined(), "map", "x is an undefined tensor; it must hold numbers");
  const Tensor a = x.contiguous();
  Tensor out(x.shape());
  detail::map_loop(out.data(), out.numel(), f, a.data());
  return out;
}

template <class F>
Tensor map(const Tensor& x, const Tensor& y, F f) {
  require(x.defined() && y.defined(), "map", "an input is an undefined tensor; it must hold numbers");
  require(x.shape() == y.shape(), "map", "x is {} but y is {}; the shapes must be equal", x.shape(), y.shape());
  const Tensor a = x.contiguous(), b = y.contiguous();
  Tensor out(x.shape());
  detail::map_loop(out.data(), out.numel(), f, a.data(), b.data());
  return out;
}

template <class F>
Tensor map(const Tensor& x, const Tensor& y, const Tensor& z, F f) {
  require(x.defined() && y.defined() && z.defined(), "map",
          "an input is an undefined tensor; it must hold numbers");
  require(x.shape() == y.shape() && x.shape() == z.shape(), "map",
          "x is {}, y is {} and z is {}; the shapes must be equal", x.shape(), y.shape(), z.shape());
  const Tensor a = x.contiguous(), b = y.contiguous(), c = z.contiguous();
  Tensor out(x.shape());
  detail::map_loop(out.data(), out.numel(), f, a.data(), b.data(), c.data());
  return out;
}

}  // namespace gradfold
