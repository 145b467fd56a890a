#include "tensor/kernels/softmax.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "tensor/kernels/reduce.h"
#include "tensor/kernels/vector_math.h"
#include "tensor/parallel.h"

namespace gradfold {
namespace {

constexpr Index kTile = 64;   // columns handled at a time
constexpr Index kBlock = 32;  // rows added up before the sum joins the total: it rounds less than one long sum

enum class Result { kSoftmax, kLogSoftmax, kLogSumExp };

// The largest number is left in where it is infinite or NaN: infinity - infinity would add a NaN of its own.
Real finite_or_zero(Real v) { return v - v == 0 ? v : Real(0); }

void largest_of_columns(const Real* x, Index count, Index step, Index width, Real* largest) {
  std::copy_n(x, width, largest);
  for (Index r = 1; r < count; ++r) {
    const Real* row = x + r * step;
    for (Index j = 0; j < width; ++j) {
      const Real v = row[j];
      largest[j] = largest[j] > v || largest[j] != largest[j] ? largest[j] : v;
    }
  }
}

// One tile of columns: `count` rows that lie `step` apart, width <= kTile.
template <Result kind>
void do_columns(const Real* x, Index count, Index step, Index width, Real* y) {
  Real shift[kTile], row[kTile], block[kTile], total[kTile] = {};
  largest_of_columns(x, count, step, width, shift);
  for (Index j = 0; j < width; ++j) shift[j] = finite_or_zero(shift[j]);
  for (Index first = 0; first < count; first += kBlock) {
    std::fill_n(block, width, Real(0));
    for (Index r = first; r < std::min(first + kBlock, count); ++r) {
      for (Index j = 0; j < width; ++j) row[j] = x[r * step + j] - shift[j];
      vec::exp(row, row, width);
      for (Index j = 0; j < width; ++j) block[j] += row[j];
      if (kind == Result::kSoftmax) std::copy_n(row, width, y + r * step);
    }
    for (Index j = 0; j < width; ++j) total[j] += block[j];
  }
  if (kind == Result::kSoftmax) {
    for (Index j = 0; j < width; ++j) total[j] = 1 / total[j];
    for (Index r = 0; r < count; ++r) {
      for (Index j = 0; j < width; ++j) y[r * step + j] *= total[j];
    }
    return;
  }
  vec::log(total, total, width);
  if (kind == Result::kLogSumExp) {
    for (Index j = 0; j < width; ++j) y[j] = shift[j] + total[j];
    return;
  }
  for (Index r = 0; r < count; ++r) {
    for (Index j = 0; j < width; ++j) y[r * step + j] = (x[r * step + j] - shift[j]) - total[j];
  }
}

// One row of numbers side by side; `scratch` holds count numbers, and may be y.
template <Result kind>
void do_row(const Real* x, Index count, Real* scratch, Real* y) {
  const Real shift = finite_or_zero(max_run(x, count));
  for (Index i = 0; i < count; ++i) scratch[i] = x[i] - shift;
  if (kind == Result::kLogSoftmax) {
    Real part[kTile];
    double total = 0;
    for (Index i = 0; i < count; i += kTile) {
      const Index n = std::min(kTile, count - i);
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
  parallel_for(outer, std::max<Index>(1, kMapGrain / 4 / count), [=](Index begin, Index end) {
    std::vector<Real> scratch(kind == Result::kLogSumExp ? static_cast<std::size_t>(count) : 0);
    for (Index o = begin; o < end; ++o) {
      if (kind == Result::kLogSumExp) do_row<kind>(x + o * count, count, scratch.data(), y + o);
      else do_row<kind>(x + o * count, count, y + o * count, y + o * count);
    }
  });
}

template <Result kind>
void middle(const Real* x, Index outer, Index count, Index inner, Real* y) {
  if (inner == 1) return do_rows<kind>(x, outer, count, y);
  const Index tiles = (inner + kTile - 1) / kTile;
  const Index grain = std::max<Index>(1, kMapGrain / 4 / (count * std::min(inner, kTile)));
  parallel_for(outer * tiles, grain, [=](Index begin, Index end) {
    for (Index job = begin; job < end; ++job) {
      const Index o = job / tiles, tile = job % tiles * kTile, width = std::min(kTile, inner - tile);
      const Index rows_of_y = kind == Result::kLogSumExp ? 1 : count;
      do_columns<kind>(x + o * count * inner + tile, count, inner, width, y + o * rows_of_y * inner + tile);
    }
  });
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
