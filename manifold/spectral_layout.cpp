#include "manifold/spectral_layout.h"

// As in eigenpairs.cpp: a false alarm of g++ 12.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <Eigen/Eigenvalues>
#include <Eigen/QR>

#include <algorithm>
#include <cmath>
#include <limits>

#include "manifold/eigenpairs.h"
#include "manifold/pca.h"
#include "tensor/parallel.h"

namespace gradfold {
namespace {

using Block = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;  // one vector a column

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
  const Eigen::VectorXd& root_of_degree() const { return root_; }

  void multiply(const Block& x, Block& y) const {
    parallel_for(size(), 512, [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) {
        double sum[kVectors] = {};
        for (Index e = graph_.start[i]; e < graph_.start[i + 1]; ++e) {
          const Index j = graph_.column[e];
          const double w = graph_.value[e] / root_[j];
          const double* row = x.data() + j * kVectors;
          for (Index v = 0; v < kVectors; ++v) sum[v] += w * row[v];
        }
        for (Index v = 0; v < kVectors; ++v) y(i, v) = sum[v] / root_[i];
      }
    });
  }

 private:
  const SparseRows& graph_;
  Eigen::VectorXd root_;
};

// a^T b of blocks, added up in order of rows.
Eigen::MatrixXd inner_products(const Block& a, const Block& b) {
  constexpr Index kRows = 4096;
  const Index n = a.rows(), parts = (n + kRows - 1) / kRows;
  std::vector<Eigen::MatrixXd> part(static_cast<std::size_t>(parts));
  parallel_for(parts, 1, [&](Index begin, Index end) {
    for (Index p = begin; p < end; ++p) {
      const Index from = p * kRows, rows = std::min(kRows, n - from);
      part[p] = a.middleRows(from, rows).transpose() * b.middleRows(from, rows);
    }
  });
  Eigen::MatrixXd sum = part[0];
  for (Index p = 1; p < parts; ++p) sum += part[p];
  return sum;
}

// Orthonormal columns; the first stays what it is but for its length. Two rounds of Cholesky QR.
void orthonormalize(Block& x) {
  for (int round = 0; round < 2; ++round) {
    const Eigen::MatrixXd gram = inner_products(x, x);
    const Eigen::MatrixXd one = Eigen::MatrixXd::Identity(x.cols(), x.cols());
    const Eigen::LLT<Eigen::MatrixXd> cholesky(gram + 1e-14 * gram.trace() * one);
    const Eigen::MatrixXd inverse = cholesky.matrixU().solve(one);
    x = x * inverse;
  }
}

Tensor rows_of(const Block& vectors, const std::vector<Index>& columns) {
  const Index n = vectors.rows();
  Tensor out({static_cast<Index>(columns.size()), n});
  for (std::size_t c = 0; c < columns.size(); ++c) {
    std::vector<double> row(static_cast<std::size_t>(n));
    for (Index i = 0; i < n; ++i) row[i] = vectors(i, columns[c]);
    fix_sign(row.data(), n);
    for (Index i = 0; i < n; ++i) out.data()[static_cast<Index>(c) * n + i] = static_cast<Real>(row[i]);
  }
  return out;
}

Tensor dense_eigenvectors(const SparseRows& graph, const Normalized& normalized, Index components) {
  const Index n = graph.size();
  Eigen::MatrixXd a = Eigen::MatrixXd::Zero(n, n);
  for (Index i = 0; i < n; ++i)
    for (Index e = graph.start[i]; e < graph.start[i + 1]; ++e) {
      const Index j = graph.column[e];
      a(i, j) += graph.value[e] / (normalized.root_of_degree()[i] * normalized.root_of_degree()[j]);
    }
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(a);  // eigenvalues rise
  std::vector<Index> columns;
  for (Index c = 0; c < components; ++c) columns.push_back(n - 2 - c);
  return rows_of(solver.eigenvectors(), columns);
}

// p(A) x by the recurrence of Chebyshev polynomials scaled to be small on [low, high].
void filter(const Normalized& a, double low, double high, Block& x, Block& before, Block& next) {
  const double half = (high - low) / 2, middle = (high + low) / 2;
  const auto step = [&](const Block& from, const Block* minus, Block& to, double factor) {
    a.multiply(from, to);
    parallel_for(x.rows(), 4096, [&](Index begin, Index end) {
      for (Index i = begin * kVectors; i < end * kVectors; ++i) {
        const double shifted = factor * (to.data()[i] - middle * from.data()[i]) / half;
        to.data()[i] = minus ? shifted - minus->data()[i] : shifted;
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
  Block x(n, kVectors), y(n, kVectors), spare(n, kVectors);
  const Tensor noise = Rng(0).normal({n, kVectors});
  for (Index i = 0; i < n * kVectors; ++i) x.data()[i] = noise.data()[i];
  Eigen::VectorXd values, previous = Eigen::VectorXd::Zero(kVectors);
  double cut = 0.9;  // what lies below it is damped: all but the wanted eigenvalues, once they are known
  for (int round = 0; round < kRounds; ++round) {
    x.col(0) = a.root_of_degree();
    orthonormalize(x);
    a.multiply(x, y);
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> small(inner_products(x, y));
    x = (x * small.eigenvectors().rowwise().reverse()).eval();  // Ritz vectors, eigenvalues falling from 1
    values = small.eigenvalues().reverse();
    const double range = 1 - values[components + 1];
    if (round > 3 && std::abs(values[components] - previous[components]) < 1e-3 * range) break;
    previous = values;
    if (round > 0) cut = std::clamp(values[kVectors - 1], -0.5, 1 - 1e-9);
    filter(a, -1, cut, x, spare, y);
  }
  std::vector<Index> columns;
  for (Index c = 1; c <= components; ++c) columns.push_back(c);
  return rows_of(x, columns);
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
  const Tensor placed = Pca({.n_components = known}).fit_transform(means);
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
