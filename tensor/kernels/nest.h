#pragma once
// Loops over every element of a shape for several operands at once, each with strides of its own.
#include <algorithm>
#include <array>

#include "tensor/shape.h"

namespace gradfold {

// Dimensions of size 1 are dropped, and neighbours that lie one behind the other in all N operands become
// one, so that most calls end as one or two loops. Strides count elements; 0 repeats (broadcasting).
template <std::size_t N>
struct Nest {
  struct Loop {
    Index size;
    std::array<Index, N> stride;
  };
  std::array<Loop, Shape::kMaxRank> loops;  // outermost first; unset from rank on
  int rank = 1;                             // at least one loop
  Index numel = 1;

  const Loop& inner() const { return loops[static_cast<std::size_t>(rank - 1)]; }
};

// All strides have the rank of `shape`.
template <std::size_t N>
Nest<N> make_nest(const Shape& shape, const std::array<Shape, N>& strides) {
  Nest<N> nest;
  nest.numel = shape.numel();
  nest.loops[0] = {1, {}};
  int last = -1;
  for (int d = 0; d < shape.rank(); ++d) {
    if (shape[d] == 1) continue;
    bool merges = last >= 0;
    for (std::size_t k = 0; merges && k < N; ++k) merges = nest.loops[last].stride[k] == shape[d] * strides[k][d];
    if (!merges) nest.loops[++last].size = 1;
    nest.loops[last].size *= shape[d];
    for (std::size_t k = 0; k < N; ++k) nest.loops[last].stride[k] = strides[k][d];
  }
  nest.rank = std::max(last + 1, 1);
  return nest;
}

// Strides that make an operand of `shape` run over `to`: 0 where it is repeated.
inline Shape broadcast_strides(const Shape& shape, const Shape& strides, const Shape& to) {
  Shape out = Shape::filled(to.rank(), 0);
  const int missing = to.rank() - shape.rank();
  for (int d = 0; d < shape.rank(); ++d) {
    if (shape[d] == to[missing + d]) out[missing + d] = strides[d];
  }
  return out;
}

// Elements [begin, end) in row-major order, as runs along the innermost loop: calls
// run(offsets, count) with the offset of the run's first element in each operand.
template <std::size_t N, class Run>
void walk(const Nest<N>& nest, Index begin, Index end, Run&& run) {
  if (begin >= end) return;
  std::array<Index, N> offset{};
  if (nest.rank == 1) {
    for (std::size_t k = 0; k < N; ++k) offset[k] = begin * nest.loops[0].stride[k];
    return run(offset, end - begin);
  }
  std::array<Index, Shape::kMaxRank> at{};
  auto move = [&](int d, Index steps) {
    for (std::size_t k = 0; k < N; ++k) offset[k] += steps * nest.loops[d].stride[k];
  };
  const int last = nest.rank - 1;
  Index rest = begin;
  for (int d = last; d >= 0; --d) {
    at[d] = rest % nest.loops[d].size;
    rest /= nest.loops[d].size;
    move(d, at[d]);
  }
  while (true) {
    const Index count = std::min(nest.loops[last].size - at[last], end - begin);
    run(offset, count);
    begin += count;
    if (begin >= end) return;
    move(last, -at[last]);
    at[last] = 0;
    for (int d = last - 1; d >= 0; --d) {
      move(d, 1);
      if (++at[d] < nest.loops[d].size) break;
      move(d, -at[d]);
      at[d] = 0;
    }
  }
}

}  // namespace gradfold
