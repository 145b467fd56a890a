#include "manifold/spectral_layout.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "manifold/column_block.h"
#include "manifold/distances.h"
#include "manifold/eigenpairs.h"
#include "manifold/pca.h"
#include "tensor/elementwise.h"
#include "tensor/parallel.h"

namespace gradfold {
namespace {

constexpr Index kDenseSize = 200;
constexpr Index kVectors = 8;     // iterated together: those beyond the wanted ones speed the others up
constexpr int kDegree = 12;       // of the polynomial
constexpr int kRounds = 25;
constexpr double kLargeEnough = 10;
constexpr double kNoise = 1e-4;

// y = D^-1/2 W D^-1/2 x for a block of vectors.
class Normalized {
 public:
  explicit Normalized(const SparseRows& graph) : graph_(graph), root_(graph.size()) {
    for (Index i = 0; i < graph.size(); ++i) {
      double degree = 0;
      for (Index e = graph.start[i]; e < graph.start[i + 1]; ++e) degree += graph.value[e];
      root_[i] = std::sqrt(std::max(degree, 1e-300));
    }
  }

  Index size() const { return graph_.size(); }
  const std::vector<double>& root_of_degree() const { return root_; }

  void multiply(const ColumnBlock& x, ColumnBlock& y) const {
    parallel_for(size(), 512, [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) {
        double sum[kVectors] = {};
        for (Index e = graph_.start[i]; e < graph_.start[i + 1]; ++e) {
          const Index j = graph_.column[e];
          const double w = graph_.value[e] / root_[j];
          const double* row = x.row(j);
          for (Index v = 0; v < kVectors; ++v) sum[v] += w * row[v];
        }
        for (Index v = 0; v < kVectors; ++v) y.row(i)[v] = sum[v] / root_[i];
      }
    });
  }

 private:
  const SparseRows& graph_;
  std::vector<double> root_;
};

// The vectors as rows of a tensor, with the sign that Eigenpairs fixes.
Tensor fixed_rows(std::vector<double> vectors, Index count, Index n) {
  for (Index c = 0; c < count; ++c) fix_sign(vectors.data() + c * n, n);
  Tensor out({count, n});
  std::transform(vectors.begin(), vectors.begin() + count * n, out.data(),
                 [](double v) { return static_cast<Real>(v); });
  return out;
}

Tensor dense_eigenvectors(const SparseRows& graph, const Normalized& normalized, Index components) {
  const Index n = graph.size();
  const std::vector<double>& root = normalized.root_of_degree();
  std::vector<double> a(static_cast<std::size_t>(n * n), 0.0);
  for (Index i = 0; i < n; ++i)
    for (Index e = graph.start[i]; e < graph.start[i + 1]; ++e)
      a[i * n + graph.column[e]] += graph.value[e] / (root[i] * root[graph.column[e]]);
  const Eigenpairs pairs = largest_eigenpairs(a, n, components + 1);
  return fixed_rows({pairs.vectors.begin() + n, pairs.vectors.end()}, components, n);
}

// p(A) x by the recurrence of Chebyshev polynomials scaled to be small on [low, high].
void filter(const Normalized& a, double low, double high, ColumnBlock& x, ColumnBlock& before, ColumnBlock& next) {
  const double half = (high - low) / 2, middle = (high + low) / 2;
  const auto step = [&](const ColumnBlock& from, const ColumnBlock* minus, ColumnBlock& to, double factor) {
    a.multiply(from, to);
    parallel_for(x.rows, 4096, [&](Index begin, Index end) {
      for (Index i = begin * kVectors; i < end * kVectors; ++i) {
        const double shifted = factor * (to.value[i] - middle * from.value[i]) / half;
        to.value[i] = minus ? shifted - minus->value[i] : shifted;
      }
    });
  };
  step(x, nullptr, next, 1);
  for (int degree = 2; degree <= kDegree; ++degree) {
    std::swap(before, x);
    std::swap(x, next);
    step(x, &before, next, 2);
  }
  std::swap(x, next);
}

}  // namespace

Tensor laplacian_eigenvectors(const SparseRows& graph, Index components) {
  const Index n = graph.size();
  require(components >= 1 && components < n && components < kVectors - 2, "laplacian_eigenvectors",
          "{} components of a graph of {} points; there must be from 1 to {}", components, n,
          std::min(n - 1, kVectors - 3));
  const Normalized a(graph);
  if (n <= kDenseSize) return dense_eigenvectors(graph, a, components);
  ColumnBlock x(n, kVectors), y(n, kVectors), spare(n, kVectors);
  const Tensor noise = Rng(0).normal({n, kVectors});
  std::copy(noise.data(), noise.data() + n * kVectors, x.value.begin());
  std::vector<double> previous(kVectors, 0.0);
  double cut = 0.9;  // what lies below it is damped: all but the wanted eigenvalues, once they are known
  for (int round = 0; round < kRounds; ++round) {
    for (Index i = 0; i < n; ++i) x.row(i)[0] = a.root_of_degree()[i];
    orthonormalize(x);
    a.multiply(x, y);
    // Ritz vectors, eigenvalues falling from 1.
    const Eigenpairs small = largest_eigenpairs(inner_products(x, y), kVectors, kVectors);
    combine(x, small.vectors);
    const double range = 1 - small.values[components + 1];
    if (round > 3 && std::abs(small.values[components] - previous[components]) < 1e-3 * range) break;
    previous = small.values;
    if (round > 0) cut = std::clamp(small.values[kVectors - 1], -0.5, 1 - 1e-9);
    filter(a, -1, cut, x, spare, y);
  }
  std::vector<double> wanted(static_cast<std::size_t>(components * n));
  for (Index c = 0; c < components; ++c)
    for (Index i = 0; i < n; ++i) wanted[c * n + i] = x.row(i)[c + 1];
  return fixed_rows(std::move(wanted), components, n);
}

namespace {

// The points of one component, and its part of the graph with points counted anew.
SparseRows part_of(const SparseRows& graph, const std::vector<std::int32_t>& points,
                   std::vector<std::int32_t>& number) {
  SparseRows part;
  for (std::size_t i = 0; i < points.size(); ++i) number[points[i]] = static_cast<std::int32_t>(i);
  for (std::int32_t point : points) {
    for (Index e = graph.start[point]; e < graph.start[point + 1]; ++e) {
      if (graph.value[e] <= 0) continue;
      part.column.push_back(number[graph.column[e]]);
      part.value.push_back(graph.value[e]);
    }
    part.start.push_back(part.entries());
  }
  return part;
}

// [C, M]: the components' means in their first principal components, the farthest 10 away from the middle.
Tensor centres(const Components& parts, const Tensor& x, Index c) {
  Tensor means = Tensor::zeros({parts.count(), x.size(1)});
  std::vector<double> points(static_cast<std::size_t>(parts.count()), 0.0);
  const Index d = x.size(1);
  for (std::int32_t part : parts.label.values) ++points[part];
  for (Index i = 0; i < x.size(0); ++i)
    for (Index j = 0; j < d; ++j)
      means.data()[parts.label[i] * d + j] += static_cast<Real>(x.data()[i * d + j] / points[parts.label[i]]);
  Tensor out = Tensor::zeros({c, parts.count()});
  const Index known = std::min({c, parts.count(), d});
  const Tensor placed = Pca({.n_components = known}).fit_transform(means * scale_for_squares(means));
  Real farthest = 0;
  for (Index i = 0; i < placed.numel(); ++i) farthest = std::max(farthest, std::abs(placed.data()[i]));
  for (Index p = 0; p < parts.count(); ++p)
    for (Index k = 0; k < known; ++k)
      out.data()[k * parts.count() + p] = farthest > 0 ? placed.at({p, k}) / farthest * static_cast<Real>(kLargeEnough)
                                                     : static_cast<Real>(p);
  return out;
}

// Half the way from centre p to the nearest other, or a tenth of the map where they meet.
Real room(const Tensor& centre, Index p) {
  const Index count = centre.size(1);
  double nearest = std::numeric_limits<double>::infinity();
  for (Index q = 0; q < count; ++q) {
    if (q == p) continue;
    double square = 0;
    for (Index c = 0; c < centre.size(0); ++c) {
      const double away = centre.data()[c * count + p] - centre.data()[c * count + q];
      square += away * away;
    }
    nearest = std::min(nearest, std::sqrt(square));
  }
  return static_cast<Real>(nearest > 1e-6 ? nearest / 2 : 1);
}

}  // namespace

Tensor spectral_layout(const SparseRows& graph, const Tensor& x, Index c, Rng& rng) {
  const Index n = graph.size();
  const Components parts = connected_components(graph);
  const Tensor centre = parts.count() > 1 ? centres(parts, x, c) : Tensor::zeros({c, 1});
  std::vector<std::vector<std::int32_t>> points(static_cast<std::size_t>(parts.count()));
  for (Index i = 0; i < n; ++i) points[parts.label[i]].push_back(static_cast<std::int32_t>(i));
  std::vector<std::int32_t> number(static_cast<std::size_t>(n));
  Tensor y = rng.normal({c, n}, 0, static_cast<Real>(kNoise));
  for (Index p = 0; p < parts.count(); ++p) {
    const Index size = static_cast<Index>(points[p].size());
    const Real reach = parts.count() > 1 ? room(centre, p) : static_cast<Real>(kLargeEnough);
    Tensor drawn = size > c + 1 ? laplacian_eigenvectors(part_of(graph, points[p], number), c)
                                : rng.uniform({c, size}, -1, 1);
    Real largest = 0;
    for (Index i = 0; i < drawn.numel(); ++i) largest = std::max(largest, std::abs(drawn.data()[i]));
    for (Index k = 0; k < c; ++k)
      for (Index i = 0; i < size; ++i)
        y.data()[k * n + points[p][i]] += centre.data()[k * parts.count() + p] +
                                          (largest > 0 ? drawn.data()[k * size + i] / largest * reach : 0);
  }
  return y;
}

}  // namespace gradfold
