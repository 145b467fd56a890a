#include "tensor/kernels/reduce.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "tensor/kernels/simd.h"
#include "tensor/parallel.h"

namespace gradfold {
namespace {

constexpr Index kReduceBlock = 4096;     // numbers of a row added up in Real before double takes over
constexpr Index kBlockRows = 64;   // the same for rows added to rows
constexpr Index kReduceTile = 256;       // columns handled at a time: the running results stay in the first-level cache
constexpr Index kEnoughJobs = 16;  // fewer than this many independent results: long ones are cut as well

using Lanes = hn::ScalableTag<Real>;
using Vec = hn::Vec<Lanes>;

struct Sum {
  using Total = double;
  static constexpr Real kStart = 0;
  static double join(double a, double b) { return a + b; }
  static float join(float a, float b) { return a + b; }
  static Vec join(Vec a, Vec b) { return hn::Add(a, b); }
  static Real fold_lanes(Vec v) { return hn::GetLane(hn::SumOfLanes(Lanes(), v)); }
};

// NaN wins: a comparison with it is false. | and not ||, so that the compiler makes no branch of it.
struct Max {
  using Total = Real;
  static constexpr Real kStart = -std::numeric_limits<Real>::infinity();
  static Real join(Real a, Real b) { return ((a > b) | (a != a)) ? a : b; }
  static Vec join(Vec a, Vec b) { return hn::IfThenElse(hn::Or(hn::Gt(a, b), hn::Ne(a, a)), a, b); }
  static Real fold_lanes(Vec v) {
    if (!hn::AllTrue(Lanes(), hn::Eq(v, v))) return std::numeric_limits<Real>::quiet_NaN();
    return hn::GetLane(hn::MaxOfLanes(Lanes(), v));
  }
};
struct Min {
  using Total = Real;
  static constexpr Real kStart = std::numeric_limits<Real>::infinity();
  static Real join(Real a, Real b) { return ((a < b) | (a != a)) ? a : b; }
  static Vec join(Vec a, Vec b) { return hn::IfThenElse(hn::Or(hn::Lt(a, b), hn::Ne(a, a)), a, b); }
  static Real fold_lanes(Vec v) {
    if (!hn::AllTrue(Lanes(), hn::Eq(v, v))) return std::numeric_limits<Real>::quiet_NaN();
    return hn::GetLane(hn::MinOfLanes(Lanes(), v));
  }
};

// Four vectors of running results side by side, joined at the end.
template <class Op>
Real fold_block(const Real* x, Index n) {
  const Lanes d;
  const Index lanes = static_cast<Index>(hn::Lanes(d));
  if (n < lanes) {
    Real total = Op::kStart;
    for (Index i = 0; i < n; ++i) total = Op::join(total, x[i]);
    return total;
  }
  Vec a = hn::Set(d, Op::kStart), b = a, c = a, e = a;
  Index i = 0;
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    a = Op::join(a, hn::LoadU(d, x + i));
    b = Op::join(b, hn::LoadU(d, x + i + lanes));
    c = Op::join(c, hn::LoadU(d, x + i + 2 * lanes));
    e = Op::join(e, hn::LoadU(d, x + i + 3 * lanes));
  }
  for (; i + lanes <= n; i += lanes) a = Op::join(a, hn::LoadU(d, x + i));
  Real total = Op::fold_lanes(Op::join(Op::join(a, b), Op::join(c, e)));
  for (; i < n; ++i) total = Op::join(total, x[i]);
  return total;
}

template <class Op>
typename Op::Total fold_run(const Real* x, Index n) {
  typename Op::Total total = Op::kStart;
  for (Index i = 0; i < n; i += kReduceBlock) {
    total = Op::join(total, typename Op::Total(fold_block<Op>(x + i, std::min(kReduceBlock, n - i))));
  }
  return total;
}

template <class Op, class T>
T pairwise(T a) { return a; }
template <class Op, class T>
T pairwise(T a, T b, T c, T d) {
  return Op::join(Op::join(a, b), Op::join(c, d));
}

// into[j] = into[j] joined with every row's [j]; the rows are joined pairwise first.
template <class Op, class... Rows>
void join_rows(Real* into, Index width, Rows... rows) {
  const Lanes d;
  const Index lanes = static_cast<Index>(hn::Lanes(d));
  Index j = 0;
  for (; j + lanes <= width; j += lanes) {
    hn::StoreU(Op::join(hn::LoadU(d, into + j), pairwise<Op>(hn::LoadU(d, rows + j)...)), d, into + j);
  }
  for (; j < width; ++j) into[j] = Op::join(into[j], pairwise<Op>(rows[j]...));
}

// total[j] over `rows` rows that lie `step` apart; width <= kReduceTile.
template <class Op>
void fold_columns(const Real* x, Index rows, Index step, Index width, typename Op::Total* total) {
  std::fill_n(total, width, typename Op::Total(Op::kStart));
  Real block[kReduceTile];
  for (Index first = 0; first < rows; first += kBlockRows) {
    const Index end = std::min(first + kBlockRows, rows);
    std::copy_n(x + first * step, width, block);
    Index r = first + 1;
    for (; r + 4 <= end; r += 4) {
      const Real* row = x + r * step;
      join_rows<Op>(block, width, row, row + step, row + 2 * step, row + 3 * step);
    }
    for (; r < end; ++r) join_rows<Op>(block, width, x + r * step);
    for (Index j = 0; j < width; ++j) total[j] = Op::join(total[j], typename Op::Total(block[j]));
  }
}

// How a reduction is cut into jobs, by its size alone: a job is one tile of columns of one chunk of rows.
struct Cut {
  Index tiles, chunks, rows;
  Cut(Index outer, Index count, Index inner)
      : tiles((inner + kReduceTile - 1) / kReduceTile), chunks(1), rows(std::max<Index>(count, 1)) {
    if (outer * tiles >= kEnoughJobs) return;
    rows = inner == 1 ? kMapGrain : std::max<Index>(512, kMapGrain / std::max<Index>(inner, 1));
    chunks = std::max<Index>(1, (count + rows - 1) / rows);
  }
};

template <class Op>
void reduce(const Real* x, Index outer, Index count, Index inner, Real* out) {
  using Total = typename Op::Total;
  const Cut cut(outer, count, inner);
  if (inner == 1 && cut.chunks == 1) {  // whole rows
    return parallel_for(outer, std::max<Index>(1, kMapGrain / std::max<Index>(count, 1)), [=](Index begin, Index end) {
      for (Index o = begin; o < end; ++o) out[o] = static_cast<Real>(fold_run<Op>(x + o * count, count));
    });
  }
  std::vector<Total> partial(static_cast<std::size_t>(cut.chunks > 1 ? outer * cut.chunks * inner : 0));
  const Index work = std::min(cut.rows, count) * std::min(kReduceTile, inner);
  parallel_for(outer * cut.tiles * cut.chunks, std::max<Index>(1, kMapGrain / std::max<Index>(work, 1)),
               [&](Index begin, Index end) {
    Total total[kReduceTile];
    for (Index job = begin; job < end; ++job) {
      const Index tile = job % cut.tiles * kReduceTile, width = std::min(kReduceTile, inner - tile);
      const Index strip = job / cut.tiles, first = strip % cut.chunks * cut.rows;  // strip: outer, chunk
      const Index rows = std::min(cut.rows, count - first);
      const Real* from = x + (strip / cut.chunks * count + first) * inner + tile;
      if (inner == 1) total[0] = fold_run<Op>(from, rows);
      else fold_columns<Op>(from, rows, inner, width, total);
      if (cut.chunks == 1) std::copy_n(total, width, out + strip * inner + tile);
      else std::copy_n(total, width, partial.data() + strip * inner + tile);
    }
  });
  if (cut.chunks == 1) return;
  for (Index o = 0; o < outer; ++o) {
    const Total* from = partial.data() + o * cut.chunks * inner;
    for (Index j = 0; j < inner; ++j) {
      Total total = Op::kStart;
      for (Index c = 0; c < cut.chunks; ++c) total = Op::join(total, from[c * inner + j]);
      out[o * inner + j] = static_cast<Real>(total);
    }
  }
}

template <class Op>
void reduce_plain(const Real* x, Index outer, Index count, Index inner, Real* out) {
  for (Index o = 0; o < outer; ++o) {
    for (Index j = 0; j < inner; ++j) {
      typename Op::Total total = Op::kStart;
      for (Index r = 0; r < count; ++r) total = Op::join(total, typename Op::Total(x[(o * count + r) * inner + j]));
      out[o * inner + j] = static_cast<Real>(total);
    }
  }
}

}  // namespace

void reduce_sum(const Real* x, Index outer, Index count, Index inner, Real* out) {
  reduce<Sum>(x, outer, count, inner, out);
}
void reduce_max(const Real* x, Index outer, Index count, Index inner, Real* out) {
  reduce<Max>(x, outer, count, inner, out);
}
void reduce_min(const Real* x, Index outer, Index count, Index inner, Real* out) {
  reduce<Min>(x, outer, count, inner, out);
}

void reduce_sum_ref(const Real* x, Index outer, Index count, Index inner, Real* out) {
  reduce_plain<Sum>(x, outer, count, inner, out);
}
void reduce_max_ref(const Real* x, Index outer, Index count, Index inner, Real* out) {
  reduce_plain<Max>(x, outer, count, inner, out);
}
void reduce_min_ref(const Real* x, Index outer, Index count, Index inner, Real* out) {
  reduce_plain<Min>(x, outer, count, inner, out);
}

double sum_run(const Real* x, Index n) { return fold_run<Sum>(x, n); }
Real max_run(const Real* x, Index n) { return fold_run<Max>(x, n); }

double sum_of_squares_run(const Real* x, Index n) {
  double lane[32] = {};
  Index i = 0;
  for (; i + 32 <= n; i += 32) {
    for (int j = 0; j < 32; ++j) lane[j] += double(x[i + j]) * double(x[i + j]);
  }
  for (int j = 0; i + j < n; ++j) lane[j] += double(x[i + j]) * double(x[i + j]);
  double total = 0;
  for (double part : lane) total += part;
  return total;
}

}  // namespace gradfold
