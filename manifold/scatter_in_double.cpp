#include <algorithm>

// g++ 12 takes the undefined part of its own AVX-512 maximum for a variable of Eigen's.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <Eigen/Core>

#include "manifold/scatter.h"
#include "tensor/parallel.h"

namespace gradfold {
namespace {

using Doubles = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr Index kRowsInDouble = 512;  // they stay in the caches
constexpr Index kWidthInDouble = 128;

}  // namespace

std::vector<double> scatter_in_double(const Tensor& x, const Tensor& centers, const Indices& labels) {
  const Index n = x.size(0), d = x.size(1), strips = (d + kWidthInDouble - 1) / kWidthInDouble;
  std::vector<double> total(d * d, 0.0);
  Eigen::Map<Doubles> sums(total.data(), d, d);
  Doubles block(std::min(n, kRowsInDouble), d);
  const auto width = [&](Index s) { return std::min(kWidthInDouble, d - s * kWidthInDouble); };
  for (Index first = 0; first < n; first += kRowsInDouble) {
    const Index rows = std::min(kRowsInDouble, n - first);
    parallel_for(rows, std::max<Index>(1, kMapGrain / d), [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) {
        const Real* row = x.data() + (first + i) * d;
        const Real* m = centers.data() + (labels.numel() > 0 ? labels[first + i] * d : 0);
        for (Index j = 0; j < d; ++j) block(i, j) = static_cast<double>(row[j]) - m[j];
      }
    });
    parallel_for(strips * strips, 1, [&](Index begin, Index end) {
      for (Index t = begin; t < end; ++t) {
        const Index a = t / strips, b = t % strips;
        if (a > b) continue;
        sums.block(a * kWidthInDouble, b * kWidthInDouble, width(a), width(b)).noalias() +=
            block.block(0, a * kWidthInDouble, rows, width(a)).transpose() *
            block.block(0, b * kWidthInDouble, rows, width(b));
      }
    });
  }
  sums.triangularView<Eigen::StrictlyLower>() = sums.transpose();
  return total;
}

}  // namespace gradfold
