#include "manifold/distances.h"

#include <algorithm>
#include <cmath>
#include <new>
#include <utility>
#include <vector>

#include "manifold/neighbors.h"
#include "tensor/elementwise.h"
#include "tensor/kernels/gemm.h"
#include "tensor/parallel.h"
#include "tensor/reduce.h"

namespace gradfold {
namespace {

constexpr Index kFewColumns = 8;
constexpr Index kDistanceRowsTogether = 8;
constexpr Index kReachRowsTogether = 1024;
constexpr int kPlainExponent = 30;     // points from 2^-30 to 2^30 wide are squared as they are
constexpr int kLargestExponent = 126;  // of a scale that is a normal float

}  // namespace

SquaredDistances::SquaredDistances(const Tensor& x) : n_(x.size(0)), d_(x.size(1)) {
  rows_ = x - mean(x, {0});
  norms_ = sum(square(rows_), {1});
  if (d_ <= kFewColumns) columns_ = rows_.transpose(0, 1).contiguous();
}

void SquaredDistances::fill(Index begin, Index end, Real* out) const {
  const Real* norms = norms_.data();
  const Real* rows = rows_.data();
  const bool by_product = d_ > kFewColumns;
  if (by_product) {
    gemm({.m = end - begin, .n = n_, .k = d_, .a = rows + begin * d_, .lda = d_, .b = rows, .ldb = d_, .c = out,
          .ldc = n_, .trans_b = true, .alpha = -2, .row_bias = norms + begin, .col_bias = norms});
  }
  parallel_for(end - begin, kDistanceRowsTogether, [&](Index from, Index to) {
    for (Index i = from; i < to; ++i) {
      Real* row = out + i * n_;
      if (by_product) {
        for (Index j = 0; j < n_; ++j) row[j] = std::max(row[j], Real(0));
        row[begin + i] = 0;
      } else {
        differences(begin + i, row);
      }
    }
  });
}

void SquaredDistances::differences(Index i, Real* row) const {
  std::fill_n(row, n_, Real(0));
  for (Index c = 0; c < d_; ++c) {
    const Real* column = columns_.data() + c * n_;
    const Real at = column[i];
    for (Index j = 0; j < n_; ++j) row[j] += (column[j] - at) * (column[j] - at);
  }
}

Tensor squared_distances(const Tensor& x) {
  const SquaredDistances distances(x);
  const Index n = distances.size();
  Tensor out({n, n});
  distances.fill(0, n, out.data());
  return out;
}

double largest_distance(const Tensor& x, const Real* center) {
  const Index n = x.size(0), d = x.size(1);
  std::vector<double> parts((n + kReachRowsTogether - 1) / kReachRowsTogether, 0.0);
  parallel_for(n, kReachRowsTogether, [&, rows = x.data()](Index begin, Index end) {
    double& part = parts[begin / kReachRowsTogether];
    for (Index i = begin; i < end; ++i) part = std::max(part, squared_distance(rows + i * d, center, d));
  });
  return std::sqrt(parts.empty() ? 0 : *std::max_element(parts.begin(), parts.end()));
}

Real scale_for_squares(const Tensor& points) {
  const Tensor x = points.contiguous();
  const double reach = largest_distance(x, std::as_const(x).data());  // any point will do as the centre
  if (!(reach > 0) || std::isinf(reach)) return 1;
  const int exponent = std::ilogb(reach);
  if (std::abs(exponent) <= kPlainExponent) return 1;
  return static_cast<Real>(std::ldexp(1.0, std::clamp(-exponent, -kLargestExponent, kLargestExponent)));
}

Real scale_up_for_squares(const Tensor& x) { return std::max(Real(1), scale_for_squares(x)); }

void require_matrices(std::string_view who, Index n, Index count) {
  bool there = true;
  try {
    std::vector<Tensor> room;
    for (Index i = 0; i < count; ++i) room.emplace_back(Shape{n, n});
  } catch (const std::bad_alloc&) {
    there = false;
  }
  const double each = static_cast<double>(n) * static_cast<double>(n) * sizeof(Real) / (1 << 30);
  require(there, who,
          "there is not enough memory for the {} [{}, {}] of distances between all points, {:.3g} GiB; hint: fewer "
          "points (--limit), or pca, tsne or umap, which do without",
          count == 1 ? "matrix" : fmt::format("{} matrices", count), n, n, each * static_cast<double>(count));
}

}  // namespace gradfold
