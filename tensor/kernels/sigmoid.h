#pragma once
// The logistic function on a vector of lanes, for kernels that need it among other work. Included
// in tensor/kernels/ only.
#include "tensor/kernels/simd.h"
// After simd.h, which fixes the target.
#include <hwy/contrib/math/math-inl.h>

namespace gradfold::vec {

// 1 / (1 + exp(-x)). exp(-|x|) never overflows, and no digits cancel in 1 + exp(-|x|).
template <class D, class V>
inline V sigmoid_lanes(D d, V x) {
  const V one = hn::Set(d, 1), e = hn::Exp(d, hn::Neg(hn::Abs(x)));
  const V y = hn::Div(hn::IfThenElse(hn::Lt(x, hn::Zero(d)), e, one), hn::Add(e, one));
  return hn::IfThenElse(hn::Eq(x, x), y, x);
}

}  // namespace gradfold::vec
