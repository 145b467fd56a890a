#pragma once
// out[i] = f(a[i], b[i]) and f(a[i], b[i], c[i]) over operands of any strides; out is row-major and overlaps
// none of them. The innermost loop is contiguous or repeats one number wherever the operands allow it, in
// a form that the compiler turns into vector code.
#include "tensor/kernels/nest.h"
#include "tensor/parallel.h"

namespace gradfold {

struct Operand {
  const Real* data;
  Shape strides;  // one for each dimension of the result
};

namespace detail {

template <class F>
void binary_run(Real* __restrict out, const Real* a, Index sa, const Real* b, Index sb, Index n, F f) {
  if (sa == 1 && sb == 1) {
    for (Index i = 0; i < n; ++i) out[i] = f(a[i], b[i]);
  } else if (sa == 1 && sb == 0) {
    const Real same = *b;
    for (Index i = 0; i < n; ++i) out[i] = f(a[i], same);
  } else if (sa == 0 && sb == 1) {
    const Real same = *a;
    for (Index i = 0; i < n; ++i) out[i] = f(same, b[i]);
  } else {
    for (Index i = 0; i < n; ++i) out[i] = f(a[i * sa], b[i * sb]);
  }
}

}  // namespace detail

template <class F>
void broadcast_binary(const Shape& shape, const Operand& a, const Operand& b, Real* out, F f) {
  const auto nest = make_nest<3>(shape, {contiguous_strides(shape), a.strides, b.strides});
  const Index sa = nest.inner().stride[1], sb = nest.inner().stride[2];
  parallel_for(nest.numel, kMapGrain, [&, sa, sb](Index begin, Index end) {
    walk(nest, begin, end, [&](const std::array<Index, 3>& at, Index n) {
      detail::binary_run(out + at[0], a.data + at[1], sa, b.data + at[2], sb, n, f);
    });
  });
}

template <class F>
void broadcast_ternary(const Shape& shape, const Operand& a, const Operand& b, const Operand& c, Real* out, F f) {
  const auto nest = make_nest<4>(shape, {contiguous_strides(shape), a.strides, b.strides, c.strides});
  const auto step = nest.inner().stride;
  parallel_for(nest.numel, kMapGrain, [&](Index begin, Index end) {
    walk(nest, begin, end, [&](const std::array<Index, 4>& at, Index n) {
      Real* __restrict o = out + at[0];
      const Real *pa = a.data + at[1], *pb = b.data + at[2], *pc = c.data + at[3];
      if (step[1] == 1 && step[2] == 1 && step[3] == 1) {
        for (Index i = 0; i < n; ++i) o[i] = f(pa[i], pb[i], pc[i]);
      } else {
        for (Index i = 0; i < n; ++i) o[i] = f(pa[i * step[1]], pb[i * step[2]], pc[i * step[3]]);
      }
    });
  });
}

// The same, one element at a time from its place in the shape.
template <class F>
void broadcast_binary_ref(const Shape& shape, const Operand& a, const Operand& b, Real* out, F f) {
  for (Index i = 0; i < shape.numel(); ++i) {
    Index rest = i, at_a = 0, at_b = 0;
    for (int d = shape.rank() - 1; d >= 0; --d) {
      const Index position = rest % shape[d];
      rest /= shape[d];
      at_a += position * a.strides[d];
      at_b += position * b.strides[d];
    }
    out[i] = f(a.data[at_a], b.data[at_b]);
  }
}

}  // namespace gradfold
