#include "tensor/kernels/layer_norm.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "tensor/kernels/lane_sums.h"
#include "tensor/parallel.h"

namespace gradfold {
namespace {

constexpr Index kMostChunks = 16;  // of rows whose shares of dweight are kept apart until the end

// Rows that a thread takes at a time.
Index forward_grain(RowsShape shape) { return std::max<Index>(1, kDearGrain / shape.count); }
Index backward_grain(RowsShape shape) {
  return std::max(forward_grain(shape), (shape.rows + kMostChunks - 1) / kMostChunks);
}

void forward_row(const Real* x, Index n, const Real* weight, const Real* bias, Real mean, Real scale, Real* y) {
  if (weight) {
    for (Index i = 0; i < n; ++i) y[i] = (x[i] - mean) * scale * weight[i] + bias[i];
  } else {
    for (Index i = 0; i < n; ++i) y[i] = (x[i] - mean) * scale;
  }
}

// With g = dy * weight:   dx = scale * (g - average of g - (x - mean) * scale^2 * average of g (x - mean))
template <class G>
void backward_row(G g, const Real* x, Index n, Real mean, Real scale, Real* dx) {
  const TwoSums sums = lane_sums(n, g, [=](Index i) { return double(g(i)) * (x[i] - mean); });
  const Real average = static_cast<Real>(sums.first / static_cast<double>(n));
  const Real slope = static_cast<Real>(sums.second / static_cast<double>(n)) * scale * scale;
  for (Index i = 0; i < n; ++i) dx[i] = scale * (g(i) - average - (x[i] - mean) * slope);
}

// total [2, count] += one row's share of dweight and dbias.
void add_row(const Real* dy, const Real* x, Index n, Real mean, Real scale, double* total) {
  for (Index i = 0; i < n; ++i) total[i] += dy[i] * ((x[i] - mean) * scale);
  for (Index i = 0; i < n; ++i) total[n + i] += dy[i];
}

}  // namespace

void layer_norm_forward(const Real* x, RowsShape shape, const Real* weight, const Real* bias, Real eps, Real* y,
                        Real* mean, Real* scale) {
  const Index n = shape.count;
  parallel_for(shape.rows, forward_grain(shape), [=](Index begin, Index end) {
    for (Index r = begin; r < end; ++r) {
      const Real *row = x + r * n, shift = row[0];
      const auto shifted = [=](Index i) { return double(row[i]) - shift; };
      const MeanVariance of(lane_sums(n, shifted, [=](Index i) { return shifted(i) * shifted(i); }),
                            static_cast<double>(n), shift);
      mean[r] = static_cast<Real>(of.mean);
      scale[r] = static_cast<Real>(1 / std::sqrt(of.variance + eps));
      forward_row(row, n, weight, bias, mean[r], scale[r], y + r * n);
    }
  });
}

void layer_norm_backward(const Real* dy, const Real* x, RowsShape shape, const Real* weight, const Real* mean,
                         const Real* scale, LayerNormGrads out) {
  const Index n = shape.count, grain = backward_grain(shape);
  const bool sums = out.dweight || out.dbias;
  std::vector<double> partial(static_cast<std::size_t>(sums ? (shape.rows + grain - 1) / grain * 2 * n : 0));
  parallel_for(shape.rows, grain, [&](Index begin, Index end) {
    for (Index r = begin; r < end; ++r) {
      const Real *from = dy + r * n, *row = x + r * n;
      if (out.dx && weight) {
        backward_row([=](Index i) { return from[i] * weight[i]; }, row, n, mean[r], scale[r], out.dx + r * n);
      } else if (out.dx) {
        backward_row([=](Index i) { return from[i]; }, row, n, mean[r], scale[r], out.dx + r * n);
      }
      if (sums) add_row(from, row, n, mean[r], scale[r], partial.data() + begin / grain * 2 * n);
    }
  });
  for (int which = 0; which < 2; ++which) {
    Real* to = which == 0 ? out.dweight : out.dbias;
    for (Index i = 0; to && i < n; ++i) {
      double total = 0;
      for (std::size_t at = static_cast<std::size_t>(which * n + i); at < partial.size(); at += 2 * n) {
        total += partial[at];
      }
      to[i] = static_cast<Real>(total);
    }
  }
}

}  // namespace gradfold
