#pragma once
#include "tensor/kernels/broadcast.h"
#include "tensor/parallel.h"
#include "tensor/tensor.h"

// map(x, f): a new tensor of f(x[i]); map(x, y, f) of f(x[i], y[i]); map(x, y, z, f) likewise. All inputs
// have the same shape, and may be views: an expanded one costs no copy. One pass over memory; the compiler
// vectorises plain arithmetic in f:
//   Tensor dx = map(dy, y, [](Real g, Real t) { return g * (1 - t * t); });
namespace gradfold {
namespace detail {

template <class F, class... In>
Tensor map_tensors(F f, const Tensor& x, const In&... more) {
  Tensor out(x.shape());
  if (x.is_contiguous() && (more.is_contiguous() && ...)) {
    parallel_for(out.numel(), kMapGrain, [f, to = out.data(), ... from = more.origin(), first = x.origin()](
                                             Index begin, Index end) {
      map_run(to + begin, end - begin, f, first + begin, from + begin...);
    });
  } else {
    map_strided<1 + sizeof...(In)>(
        x.shape(), {{{x.origin(), x.strides()}, {more.origin(), more.strides()}...}}, out.data(), f);
  }
  return out;
}

}  // namespace detail

template <class F>
Tensor map(const Tensor& x, F f) {
  require(x.defined(), "map", "x is an undefined tensor; it must hold numbers");
  return detail::map_tensors(f, x);
}

template <class F>
Tensor map(const Tensor& x, const Tensor& y, F f) {
  require(x.defined() && y.defined(), "map", "an input is an undefined tensor; it must hold numbers");
  require(x.shape() == y.shape(), "map", "x is {} but y is {}; the shapes must be equal", x.shape(), y.shape());
  return detail::map_tensors(f, x, y);
}

template <class F>
Tensor map(const Tensor& x, const Tensor& y, const Tensor& z, F f) {
  require(x.defined() && y.defined() && z.defined(), "map",
          "an input is an undefined tensor; it must hold numbers");
  require(x.shape() == y.shape() && x.shape() == z.shape(), "map",
          "x is {}, y is {} and z is {}; the shapes must be equal", x.shape(), y.shape(), z.shape());
  return detail::map_tensors(f, x, y, z);
}

}  // namespace gradfold
