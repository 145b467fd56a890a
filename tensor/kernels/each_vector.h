#pragma once
// A function of several arrays, a vector of each at a time. Included in tensor/kernels/ only.
#include <algorithm>

#include "tensor/kernels/simd.h"

namespace gradfold {

// f(d, x, y): from vectors x[In] of the arrays `in` to y[Out] of the arrays `out`, each of `n` elements; an array may
// stand on both sides. The last, partial vector goes through memory of its own: the arrays end where they end.
template <std::size_t In, std::size_t Out, class F>
inline void each_vector(Index n, const Real* const (&in)[In], Real* const (&out)[Out], F f) {
  const hn::ScalableTag<Real> d;
  using V = hn::Vec<decltype(d)>;
  Index i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    V x[In], y[Out];
    for (std::size_t k = 0; k < In; ++k) x[k] = hn::LoadU(d, in[k] + i);
    f(d, x, y);
    for (std::size_t k = 0; k < Out; ++k) hn::StoreU(y[k], d, out[k] + i);
  }
  if (i == n) return;
  HWY_ALIGN Real rest[std::max(In, Out)][kLanes] = {};
  V x[In], y[Out];
  for (std::size_t k = 0; k < In; ++k) {
    std::copy_n(in[k] + i, n - i, rest[k]);
    x[k] = hn::Load(d, rest[k]);
  }
  f(d, x, y);
  for (std::size_t k = 0; k < Out; ++k) {
    hn::Store(y[k], d, rest[k]);
    std::copy_n(rest[k], n - i, out[k] + i);
  }
}

}  // namespace gradfold
