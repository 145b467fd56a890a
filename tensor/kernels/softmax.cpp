#include "tensor/kernels/softmax.h"

#include <algorithm>
#include <cmath>

#include "tensor/kernels/gemm_pack.h"
#include "tensor/kernels/reduce.h"
#include "tensor/kernels/vector_math.h"
#include "tensor/parallel.h"

namespace gradfold {
namespace {

constexpr Index kSoftmaxTile = 256;  // columns handled at a time, at most
constexpr Index kShort = 64;  // rows of fewer numbers are done side by side, as the columns of a tile
constexpr Index kSoftmaxBlock = 32;  // rows added up before the sum joins the total: it rounds less than one long sum

enum class Result { kSoftmax, kLogSoftmax, kLogSumExp };

// The largest number is left in where it is infinite or NaN: infinity - infinity would add a NaN of its own.
Real finite_or_zero(Real v) { return v - v == 0 ? v : Real(0); }

// Columns handled at a time: what fits the second-level cache with all its rows.
Index tile_width(Index count, Index inner) {
  return std::min(inner, std::clamp<Index>(kMapGrain / count / 16 * 16, 16, kSoftmaxTile));
}

// From one of the `count` numbers of a column to the next, and from column to column.
struct Steps {
  Index row, col;
};

// Copies a tile's rows side by side and finds the largest number of each column.
void gather_columns(const Real* x, Index count, Steps step, Index width, Real* tile, Real* largest) {
  for (Index j = 0; j < width; ++j) largest[j] = x[j * step.col];
  for (Index r = 0; r < count; ++r) {
    const Real* from = x + r * step.row;
    Real* to = tile + r * width;
    for (Index j = 0; j < width; ++j) {
      const Real v = from[j * step.col];
      to[j] = v;
      largest[j] = ((largest[j] > v) | (largest[j] != largest[j])) ? largest[j] : v;
    }
  }
}

// total[j] = sum of exp(tile[., j] - shift[j]). The tile is left holding the exponentials, or (kLogSoftmax)
// what they are taken of.
template <Result kind>
void sum_exp_columns(Real* tile, Index count, Index width, const Real* shift, Real* total) {
  Real room[kSoftmaxTile], block[kSoftmaxTile];
  std::fill_n(total, width, Real(0));
  for (Index first = 0; first < count; first += kSoftmaxBlock) {
    std::fill_n(block, width, Real(0));
    for (Index r = first; r < std::min(first + kSoftmaxBlock, count); ++r) {
      Real* row = tile + r * width;
      for (Index j = 0; j < width; ++j) row[j] -= shift[j];
      Real* e = kind == Result::kLogSoftmax ? room : row;
      vec::exp(row, e, width);
      for (Index j = 0; j < width; ++j) block[j] += e[j];
    }
    for (Index j = 0; j < width; ++j) total[j] += block[j];
  }
}

// One tile of columns, width <= kSoftmaxTile. `tile` holds count x width numbers.
template <Result kind>
void do_tile(const Real* x, Index count, Steps step, Index width, Real* tile, Real* y) {
  Real shift[kSoftmaxTile] = {}, total[kSoftmaxTile] = {};  // g++ 12 thinks that total is read before it is written
  gather_columns(x, count, step, width, tile, shift);
  for (Index j = 0; j < width; ++j) shift[j] = finite_or_zero(shift[j]);
  sum_exp_columns<kind>(tile, count, width, shift, total);
  if (kind == Result::kSoftmax) {
    for (Index j = 0; j < width; ++j) total[j] = 1 / total[j];
  } else {
    vec::log(total, total, width);
  }
  if (kind == Result::kLogSumExp) {
    for (Index j = 0; j < width; ++j) y[j] = shift[j] + total[j];
    return;
  }
  for (Index r = 0; r < count; ++r) {
    const Real* from = tile + r * width;
    Real* to = y + r * step.row;
    for (Index j = 0; j < width; ++j) {
      to[j * step.col] = kind == Result::kSoftmax ? from[j] * total[j] : from[j] - total[j];
    }
  }
}

// One row of numbers side by side; `scratch` holds count numbers, and may be y.
template <Result kind>
void do_row(const Real* x, Index count, Real* scratch, Real* y) {
  const Real shift = finite_or_zero(max_run(x, count));
  for (Index i = 0; i < count; ++i) scratch[i] = x[i] - shift;
  if (kind == Result::kLogSoftmax) {
    Real part[kSoftmaxTile];
    double total = 0;
    for (Index i = 0; i < count; i += kSoftmaxTile) {
      const Index n = std::min(kSoftmaxTile, count - i);
      vec::exp(scratch + i, part, n);
      total += sum_run(part, n);
    }
    const Real log_total = static_cast<Real>(std::log(total));
    for (Index i = 0; i < count; ++i) y[i] = scratch[i] - log_total;
    return;
  }
  vec::exp(scratch, scratch, count);
  const double total = sum_run(scratch, count);
  if (kind == Result::kLogSumExp) {
    *y = shift + static_cast<Real>(std::log(total));
    return;
  }
  const Real factor = static_cast<Real>(1 / total);
  for (Index i = 0; i < count; ++i) y[i] = scratch[i] * factor;
}

template <Result kind>
void do_rows(const Real* x, Index outer, Index count, Real* y) {
  parallel_for(outer, std::max<Index>(1, kDearGrain / count), [=](Index begin, Index end) {
    static thread_local micro::Scratch scratch;
    Real* room = kind == Result::kLogSumExp ? scratch.get(count) : nullptr;
    for (Index o = begin; o < end; ++o) {
      if (kind == Result::kLogSumExp) do_row<kind>(x + o * count, count, room, y + o);
      else do_row<kind>(x + o * count, count, y + o * count, y + o * count);
    }
  });
}

template <Result kind>
void do_columns(const Real* x, Index outer, Index count, Index inner, Steps step, Real* y) {
  const Index most = tile_width(count, inner), tiles = (inner + most - 1) / most;
  parallel_for(outer * tiles, std::max<Index>(1, kDearGrain / (count * most)), [=](Index begin, Index end) {
    static thread_local micro::Scratch scratch;
    Real* tile = scratch.get(count * most);
    for (Index job = begin; job < end; ++job) {
      const Index o = job / tiles, first = job % tiles * most, at = o * count * inner + first * step.col;
      do_tile<kind>(x + at, count, step, std::min(most, inner - first), tile,
                    kind == Result::kLogSumExp ? y + o * inner + first : y + at);
    }
  });
}

template <Result kind>
void middle(const Real* x, Index outer, Index count, Index inner, Real* y) {
  if (outer * inner == 0) return;
  if (inner > 1) do_columns<kind>(x, outer, count, inner, {.row = inner, .col = 1}, y);
  else if (count < kShort) do_columns<kind>(x, 1, count, outer, {.row = 1, .col = count}, y);
  else do_rows<kind>(x, outer, count, y);
}

}  // namespace

void softmax_middle(const Real* x, Index outer, Index count, Index inner, Real* y) {
  middle<Result::kSoftmax>(x, outer, count, inner, y);
}
void log_softmax_middle(const Real* x, Index outer, Index count, Index inner, Real* y) {
  middle<Result::kLogSoftmax>(x, outer, count, inner, y);
}
void logsumexp_middle(const Real* x, Index outer, Index count, Index inner, Real* y) {
  middle<Result::kLogSumExp>(x, outer, count, inner, y);
}

}  // namespace gradfold
