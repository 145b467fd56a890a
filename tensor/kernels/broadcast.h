#pragma once
// out[i] = f(a[i], b[i], ...) where every operand has strides of its own; out is row-major and overlaps none.
#include <utility>

#include "tensor/kernels/nest.h"
#include "tensor/parallel.h"

namespace gradfold {

struct Operand {
  const Real* data;
  Shape strides;  // one for each dimension of the result
};

namespace detail {

// Saying that out overlaps no input (__restrict) spares the compiler a check at run time.
template <class F, class... In>
void map_run(Real* __restrict out, Index n, F f, const In* __restrict... in) {
  for (Index i = 0; i < n; ++i) out[i] = f(in[i]...);
}

constexpr Index kRunBlock = 256;

// Numbers [first, first + n) of a run, side by side, n <= kRunBlock: where they lie already, or in `room`,
// which serves for the whole run if one number is repeated.
inline const Real* side_by_side(const Real* x, Index first, Index step, Index n, Real* room) {
  if (step == 1) return x + first;
  if (step == 0) {
    if (first == 0) std::fill_n(room, n, *x);
  } else {
    for (Index i = 0; i < n; ++i) room[i] = x[(first + i) * step];
  }
  return room;
}

// One run along the innermost loop. Operands that are not contiguous along it pass through a small buffer,
// so that f is compiled once, as a vector loop.
template <std::size_t N, class F, std::size_t... K>
void strided_run(Real* out, const std::array<const Real*, N>& in, const std::array<Index, N + 1>& step, Index n, F f,
                 std::index_sequence<K...>) {
  if constexpr (N == 2) {  // the commonest: one operand repeats a number
    const Real a = *in[0], b = *in[1];
    if (step[1] == 1 && step[2] == 0) return map_run(out, n, [f, b](Real v) { return f(v, b); }, in[0]);
    if (step[1] == 0 && step[2] == 1) return map_run(out, n, [f, a](Real v) { return f(a, v); }, in[1]);
  }
  Real room[N][kRunBlock];
  for (Index i = 0; i < n; i += kRunBlock) {
    const Index m = std::min(kRunBlock, n - i);
    map_run(out + i, m, f, side_by_side(in[K], i, step[K + 1], m, room[K])...);
  }
}

}  // namespace detail

template <std::size_t N, class F>
void map_strided(const Shape& shape, const std::array<Operand, N>& in, Real* out, F f) {
  std::array<Shape, N + 1> strides{contiguous_strides(shape)};
  for (std::size_t k = 0; k < N; ++k) strides[k + 1] = in[k].strides;
  const auto nest = make_nest<N + 1>(shape, strides);
  parallel_for(nest.numel, kMapGrain, [&](Index begin, Index end) {
    walk(nest, begin, end, [&](const std::array<Index, N + 1>& at, Index n) {
      std::array<const Real*, N> from;
      for (std::size_t k = 0; k < N; ++k) from[k] = in[k].data + at[k + 1];
      detail::strided_run<N>(out + at[0], from, nest.inner().stride, n, f, std::make_index_sequence<N>());
    });
  });
}

// The same for two operands, one element at a time from its place in the shape.
template <class F>
void map_strided_ref(const Shape& shape, const std::array<Operand, 2>& in, Real* out, F f) {
  for (Index i = 0; i < shape.numel(); ++i) {
    Index rest = i, a = 0, b = 0;
    for (int d = shape.rank() - 1; d >= 0; --d) {
      a += rest % shape[d] * in[0].strides[d];
      b += rest % shape[d] * in[1].strides[d];
      rest /= shape[d];
    }
    out[i] = f(in[0].data[a], in[1].data[b]);
  }
}

}  // namespace gradfold
