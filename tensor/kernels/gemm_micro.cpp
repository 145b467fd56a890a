#include "tensor/kernels/gemm_micro.h"

#include <utility>

namespace gradfold::micro {
namespace {

using Lanes = hn::ScalableTag<Real>;
using Vec = hn::Vec<Lanes>;

template <Index I>
Real element(const SideBySide& a, Index x) {
  return a.a[x + I];
}
template <Index I>
Real element(const RowPointers& a, Index x) {
  return a.row[I][x];
}

// update(v, i, j) on every accumulator. Unrolled, so that the accumulators stay in registers.
template <Index R, Index NV, class Update>
inline void each(Vec (&acc)[R][NV], Update&& update) {
#pragma GCC unroll 16
  for (Index i = 0; i < R; ++i)
#pragma GCC unroll 2
    for (Index j = 0; j < NV; ++j) acc[i][j] = update(acc[i][j], i, j);
}

template <Index R, Index NV>
inline void finish(Vec (&acc)[R][NV], Real* c, Index ldc, const Epilogue& e) {
  const Lanes d;
  if (e.alpha != 1) each(acc, [&](Vec v, Index, Index) { return hn::Mul(v, hn::Set(d, e.alpha)); });
  if (e.beta != 0) {
    const Vec beta = hn::Set(d, e.beta);
    each(acc, [&](Vec v, Index i, Index j) {
      return hn::MulAdd(beta, hn::LoadU(d, c + i * ldc + j * kLanes), v);
    });
  }
  if (e.row_bias)
    each(acc, [&](Vec v, Index i, Index) { return hn::Add(v, hn::Set(d, e.row_bias[i])); });
  if (e.col_bias)
    each(acc, [&](Vec v, Index, Index j) { return hn::Add(v, hn::LoadU(d, e.col_bias + j * kLanes)); });
  if (e.relu) each(acc, [&](Vec v, Index, Index) { return hn::Max(v, hn::Zero(d)); });
#pragma GCC unroll 16
  for (Index i = 0; i < R; ++i)
#pragma GCC unroll 2
    for (Index j = 0; j < NV; ++j) hn::StoreU(acc[i][j], d, c + i * ldc + j * kLanes);
}

template <class A, Index R, Index NV>
void tile(const A& a_in, const PanelB& b_in, const Depth& depth, Real* c, Index ldc, const Epilogue& e) {
  const Lanes d;
  const A a = a_in;
  const Real* b = b_in.b;
  // The rows of C are far apart: ask for them now, so that they are there when the sums are.
#pragma GCC unroll 16
  for (Index i = 0; i < R; ++i)
#pragma GCC unroll 2
    for (Index j = 0; j < NV; ++j) __builtin_prefetch(c + i * ldc + j * kLanes, 1);
  Vec acc[R][NV];
  each(acc, [&](Vec, Index, Index) { return hn::Zero(d); });
  for (Index o = 0; o < depth.outer; ++o) {
    Index x = o * depth.jump;
    for (Index p = 0; p < depth.inner; ++p, x += a.step, b += b_in.step) {
#pragma GCC unroll 2
      for (Index j = 0; j < NV; ++j) __builtin_prefetch(b + 8 * b_in.step + j * kLanes);
      Vec bv[NV];
#pragma GCC unroll 2
      for (Index j = 0; j < NV; ++j) bv[j] = hn::LoadU(d, b + j * kLanes);
      const auto row = [&]<Index I>(std::integral_constant<Index, I>) __attribute__((always_inline)) {
        const Vec av = hn::Set(d, element<I>(a, x));
#pragma GCC unroll 2
        for (Index j = 0; j < NV; ++j) acc[I][j] = hn::MulAdd(av, bv[j], acc[I][j]);
      };
      [&]<Index... I>(std::integer_sequence<Index, I...>) __attribute__((always_inline)) {
        (row(std::integral_constant<Index, I>()), ...);
      }(std::make_integer_sequence<Index, R>());
    }
  }
  finish<R, NV>(acc, c, ldc, e);
}

template <class A>
using Kernel = void (*)(const A&, const PanelB&, const Depth&, Real*, Index, const Epilogue&);

template <class A, Index NV>
Kernel<A> kernel(Index rows) {
  static constexpr auto table = []<Index... I>(std::integer_sequence<Index, I...>) {
    struct Table { Kernel<A> of[sizeof...(I)]; };
    return Table{{tile<A, I + 1, NV>...}};
  }(std::make_integer_sequence<Index, kRows>());
  return table.of[rows - 1];
}

// A tile narrower than its vectors is finished in a buffer as wide as they are, by the same code.
template <class A>
void narrow_tile(Kernel<A> run, const A& a, const PanelB& b, const Depth& depth, const TileC& c, Epilogue e) {
  Real wide[kRows * kCols] = {}, bias[kCols] = {};
  if (e.beta != 0)
    for (Index i = 0; i < c.rows; ++i)
      for (Index j = 0; j < c.cols; ++j) wide[i * kCols + j] = c.c[i * c.ld + j];
  if (e.col_bias) {
    for (Index j = 0; j < c.cols; ++j) bias[j] = e.col_bias[j];
    e.col_bias = bias;
  }
  run(a, b, depth, wide, kCols, e);
  for (Index i = 0; i < c.rows; ++i)
    for (Index j = 0; j < c.cols; ++j) c.c[i * c.ld + j] = wide[i * kCols + j];
}

template <class A>
void dispatch(const A& a, const PanelB& b, const Depth& depth, const TileC& c, const Epilogue& e) {
  const Kernel<A> run = c.cols <= kLanes ? kernel<A, 1>(c.rows) : kernel<A, 2>(c.rows);
  if (c.cols == kCols || c.cols == kLanes)
    run(a, b, depth, c.c, c.ld, e);
  else
    narrow_tile(run, a, b, depth, c, e);
}

}  // namespace

void run_tile(const SideBySide& a, const PanelB& b, const Depth& depth, const TileC& c, const Epilogue& e) {
  dispatch(a, b, depth, c, e);
}

void run_tile(const RowPointers& a, const PanelB& b, const Depth& depth, const TileC& c, const Epilogue& e) {
  dispatch(a, b, depth, c, e);
}

}  // namespace gradfold::micro
