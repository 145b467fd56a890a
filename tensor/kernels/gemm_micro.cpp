#include "tensor/kernels/gemm_micro.h"

#include <utility>

namespace gradfold::micro {
namespace {

using Lanes = hn::ScalableTag<Real>;
using Vec = hn::Vec<Lanes>;

// p itself. Compilers like to compute the later values of an advancing pointer beforehand, more of them than
// there are registers; what has passed through here they cannot foresee.
template <class Pointer>
inline Pointer unforeseen(Pointer p) {
  asm("" : "+r"(p));
  return p;
}

// The column of A at one k after another: row<I>() for I < R.
template <class A, Index R>
class Column;

template <Index R>
class Column<SideBySide, R> {
 public:
  Column(const SideBySide& a, Index start) : a_(a.a + start), step_(a.step) {}
  template <Index I>
  Real row() const { return a_[I]; }
  void advance() { a_ += step_; }

 private:
  const Real* a_;
  Index step_;
};

template <Index R>
class Column<RowPointers, R> {
 public:
  Column(const RowPointers& a, Index start) : a_(a), k_(start) {}
  template <Index I>
  Real row() const { return a_.row[I][k_]; }
  void advance() { ++k_; }

 private:
  const RowPointers& a_;
  Index k_;
};

// Every five rows share a pointer, so that the addresses of all fit into registers.
template <Index R>
class Column<Rows, R> {
 public:
  Column(const Rows& a, Index start)
      : a0_(a.a + start), a5_(a0_ + 5 * a.ld), a10_(a5_ + 5 * a.ld), ld_(a.ld), next_(a0_ + R * a.ld) {}
  template <Index I>
  Real row() const { return (I < 5 ? a0_ : I < 10 ? a5_ : a10_)[I % 5 * ld_]; }
  void advance() {
    a0_ = unforeseen(a0_ + 1), a5_ = unforeseen(a5_ + 1), a10_ = unforeseen(a10_ + 1);
    __builtin_prefetch(next_, 0, 3);
    next_ += R;
  }

 private:
  const Real *a0_, *a5_, *a10_;
  Index ld_;
  const Real* next_;
};

bool is_plain(const Epilogue& e) {
  return e.alpha == 1 && e.beta == 0 && !e.row_bias && !e.col_bias && !e.relu;
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
inline void apply(const Epilogue& e, Index column, Vec (&acc)[R][NV], const Real* c, Index ldc) {
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
    each(acc, [&](Vec v, Index, Index j) { return hn::Add(v, hn::LoadU(d, e.col_bias + column + j * kLanes)); });
  if (e.relu)  // not the maximum, which may turn a NaN into 0, and a training run must see it
    each(acc, [&](Vec v, Index, Index) { return hn::IfThenZeroElse(hn::Lt(v, hn::Zero(d)), v); });
}

// put(vector, where) of every accumulator.
template <Index R, Index NV, class Put>
inline void store(const Vec (&acc)[R][NV], Real* c, Index ldc, Put put) {
#pragma GCC unroll 16
  for (Index i = 0; i < R; ++i, c = unforeseen(c + ldc))
#pragma GCC unroll 2
    for (Index j = 0; j < NV; ++j) put(acc[i][j], c + j * kLanes);
}

// The rows of C are far apart: asked for before the sums are made, they are there when the sums are.
template <Index R, Index NV>
inline void fetch(const Real* c, Index ldc) {
#pragma GCC unroll 1
  for (Index i = 0; i < R; ++i, c += ldc)
#pragma GCC unroll 2
    for (Index j = 0; j < NV; ++j) __builtin_prefetch(c + j * kLanes, 1);
}

template <class A, Index R, Index NV>
__attribute__((always_inline)) inline void add_products(const A& a, const PanelB& panel, const Depth& depth,
                                                        Vec (&acc)[R][NV]) {
  const Lanes d;
  const Real* b = panel.b;
  for (Index o = 0; o < depth.outer; ++o) {
    Column<A, R> column(a, o * depth.jump);
    for (Index p = 0; p < depth.inner; ++p, column.advance(), b += panel.step) {
#pragma GCC unroll 2
      for (Index j = 0; j < NV; ++j) __builtin_prefetch(b + 8 * panel.step + j * kLanes);
      Vec bv[NV];
#pragma GCC unroll 2
      for (Index j = 0; j < NV; ++j) bv[j] = hn::LoadU(d, b + j * kLanes);
      const auto row = [&]<Index I>(std::integral_constant<Index, I>) __attribute__((always_inline)) {
        const Vec av = hn::Set(d, column.template row<I>());
#pragma GCC unroll 2
        for (Index j = 0; j < NV; ++j) acc[I][j] = hn::MulAdd(av, bv[j], acc[I][j]);
      };
      [&]<Index... I>(std::integer_sequence<Index, I...>) __attribute__((always_inline)) {
        (row(std::integral_constant<Index, I>()), ...);
      }(std::make_integer_sequence<Index, R>());
    }
  }
}

// A row of tiles, each NV vectors wide. What is the same for all is looked at once.
template <class A, Index R, Index NV>
void tiles(const A& a_in, const PanelB& b_in, const Depth& depth_in, const TileC& c_in, const Epilogue& e) {
  const A a = a_in;
  const Depth depth = depth_in;
  const Index ld = c_in.ld;
  Real* c = c_in.c;
  PanelB b = b_in;
  const bool plain = is_plain(e);
  for (Index j = 0; j < c_in.cols; j += NV * kLanes, b.b += b.next, c += NV * kLanes) {
    if (!e.to_memory) fetch<R, NV>(c, ld);
    Vec acc[R][NV];
    each(acc, [](Vec, Index, Index) { return hn::Zero(Lanes()); });
    add_products(a, b, depth, acc);
    if (!plain) apply(e, j, acc, c, ld);
    if (e.to_memory)
      store(acc, c, ld, [](Vec v, Real* to) { hn::Stream(v, Lanes(), to); });
    else
      store(acc, c, ld, [](Vec v, Real* to) { hn::StoreU(v, Lanes(), to); });
  }
}

template <class A>
using Kernel = void (*)(const A&, const PanelB&, const Depth&, const TileC&, const Epilogue&);

template <class A, Index NV>
Kernel<A> kernel(Index rows) {
  static constexpr auto table = []<Index... I>(std::integer_sequence<Index, I...>) {
    struct Table { Kernel<A> of[sizeof...(I)]; };
    return Table{{tiles<A, I + 1, NV>...}};
  }(std::make_integer_sequence<Index, kRows>());
  return table.of[rows - 1];
}

// A tile narrower than its vectors is finished in a buffer as wide as they are, by the same code, in the cache.
template <class A>
void narrow_tile(Kernel<A> run, const A& a, const PanelB& b, const Depth& depth, const TileC& c, Epilogue e) {
  Real wide[kRows * kCols] = {}, bias[kCols] = {};
  e.to_memory = false;
  if (e.beta != 0)
    for (Index i = 0; i < c.rows; ++i)
      for (Index j = 0; j < c.cols; ++j) wide[i * kCols + j] = c.c[i * c.ld + j];
  if (e.col_bias) {
    for (Index j = 0; j < c.cols; ++j) bias[j] = e.col_bias[j];
    e.col_bias = bias;
  }
  run(a, b, depth, {wide, kCols, c.rows, 1}, e);
  for (Index i = 0; i < c.rows; ++i)
    for (Index j = 0; j < c.cols; ++j) c.c[i * c.ld + j] = wide[i * kCols + j];
}

template <class A>
void in_two_parts(const A& a, PanelB b, const Depth& depth, TileC c, Epilogue e);

// Most calls are for one tile or for whole tiles: they go straight to their kernel.
template <class A>
void dispatch(const A& a, const PanelB& b, const Depth& depth, const TileC& c, const Epilogue& e) {
  if (c.cols % kCols == 0)
    kernel<A, 2>(c.rows)(a, b, depth, c, e);
  else if (c.cols == kLanes)
    kernel<A, 1>(c.rows)(a, b, depth, c, e);
  else if (c.cols < kCols)
    narrow_tile(c.cols < kLanes ? kernel<A, 1>(c.rows) : kernel<A, 2>(c.rows), a, b, depth, c, e);
  else
    in_two_parts(a, b, depth, c, e);
}

// Whole tiles, then what is left.
template <class A>
void in_two_parts(const A& a, PanelB b, const Depth& depth, TileC c, Epilogue e) {
  const Index whole = c.cols / kCols * kCols;
  dispatch(a, b, depth, {c.c, c.ld, c.rows, whole}, e);
  b.b += whole / kCols * b.next;
  c.c += whole;
  c.cols -= whole;
  if (e.col_bias) e.col_bias += whole;
  dispatch(a, b, depth, c, e);
}

}  // namespace

void run_tile(const SideBySide& a, const PanelB& b, const Depth& depth, const TileC& c, const Epilogue& e) {
  dispatch(a, b, depth, c, e);
}

void run_tile(const Rows& a, const PanelB& b, const Depth& depth, const TileC& c, const Epilogue& e) {
  dispatch(a, b, depth, c, e);
}

void run_tile(const RowPointers& a, const PanelB& b, const Depth& depth, const TileC& c, const Epilogue& e) {
  dispatch(a, b, depth, c, e);
}

}  // namespace gradfold::micro
