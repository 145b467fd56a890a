#include "tensor/kernels/reduce.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "tensor/parallel.h"

namespace gradfold {
namespace {

constexpr Index kBlock = 4096;     // numbers of a row added up in Real before double takes over
constexpr Index kBlockRows = 64;   // the same for rows added to rows
constexpr Index kTile = 256;       // columns handled at a time: the running results stay in the first-level cache
constexpr Index kEnoughJobs = 16;  // fewer than this many independent results: long ones are cut as well

struct Sum {
  using Total = double;
  static constexpr Real kStart = 0;
  template <class T>
  static T join(T a, T b) { return a + b; }
};
struct Max {
  using Total = Real;
  static constexpr Real kStart = -std::numeric_limits<Real>::infinity();
  static Real join(Real a, Real b) { return a > b || a != a ? a : b; }
};
struct Min {
  using Total = Real;
  static constexpr Real kStart = std::numeric_limits<Real>::infinity();
  static Real join(Real a, Real b) { return a < b || a != a ? a : b; }
};

// `Lanes` running results side by side, joined pairwise at the end. n >= Lanes.
template <class Op, int Lanes>
Real fold_lanes(const Real* x, Index n) {
  Real lane[Lanes];
  std::copy_n(x, Lanes, lane);
  Index i = Lanes;
  for (; i + Lanes <= n; i += Lanes) {
    for (int j = 0; j < Lanes; ++j) lane[j] = Op::join(lane[j], x[i + j]);
  }
  for (int j = 0; i + j < n; ++j) lane[j] = Op::join(lane[j], x[i + j]);
  for (int half = Lanes / 2; half > 0; half /= 2) {
    for (int j = 0; j < half; ++j) lane[j] = Op::join(lane[j], lane[j + half]);
  }
  return lane[0];
}

template <class Op>
Real fold_block(const Real* x, Index n) {
  if (n >= 64) return fold_lanes<Op, 64>(x, n);
  if (n >= 8) return fold_lanes<Op, 8>(x, n);
  Real total = Op::kStart;
  for (Index i = 0; i < n; ++i) total = Op::join(total, x[i]);
  return total;
}

template <class Op>
typename Op::Total fold_run(const Real* x, Index n) {
  typename Op::Total total = Op::kStart;
  for (Index i = 0; i < n; i += kBlock) {
    total = Op::join(total, typename Op::Total(fold_block<Op>(x + i, std::min(kBlock, n - i))));
  }
  return total;
}

// total[j] over `rows` rows that lie `step` apart; width <= kTile.
template <class Op>
void fold_columns(const Real* x, Index rows, Index step, Index width, typename Op::Total* total) {
  std::fill_n(total, width, typename Op::Total(Op::kStart));
  Real block[kTile];
  for (Index first = 0; first < rows; first += kBlockRows) {
    const Index end = std::min(first + kBlockRows, rows);
    std::copy_n(x + first * step, width, block);
    Index r = first + 1;
    for (; r + 4 <= end; r += 4) {
      const Real *a = x + r * step, *b = a + step, *c = b + step, *d = c + step;
      for (Index j = 0; j < width; ++j) {
        block[j] = Op::join(block[j], Op::join(Op::join(a[j], b[j]), Op::join(c[j], d[j])));
      }
    }
    for (; r < end; ++r) {
      for (Index j = 0; j < width; ++j) block[j] = Op::join(block[j], x[r * step + j]);
    }
    for (Index j = 0; j < width; ++j) total[j] = Op::join(total[j], typename Op::Total(block[j]));
  }
}

// How a reduction is cut into jobs, by its size alone: a job is one tile of columns of one chunk of rows.
struct Cut {
  Index tiles, chunks, rows;
  Cut(Index outer, Index count, Index inner)
      : tiles((inner + kTile - 1) / kTile), chunks(1), rows(std::max<Index>(count, 1)) {
    if (outer * tiles >= kEnoughJobs) return;
    rows = inner == 1 ? kMapGrain : std::max<Index>(512, kMapGrain / std::max<Index>(inner, 1));
    chunks = std::max<Index>(1, (count + rows - 1) / rows);
  }
};

template <class Op>
void reduce(const Real* x, Index outer, Index count, Index inner, Real* out) {
  using Total = typename Op::Total;
  const Cut cut(outer, count, inner);
  std::vector<Total> partial(static_cast<std::size_t>(cut.chunks > 1 ? outer * cut.chunks * inner : 0));
  const Index work = std::min(cut.rows, count) * std::min(kTile, inner);
  parallel_for(outer * cut.tiles * cut.chunks, std::max<Index>(1, kMapGrain / std::max<Index>(work, 1)),
               [&](Index begin, Index end) {
    Total total[kTile];
    for (Index job = begin; job < end; ++job) {
      const Index tile = job % cut.tiles * kTile, width = std::min(kTile, inner - tile);
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
