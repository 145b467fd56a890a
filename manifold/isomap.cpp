#include "manifold/isomap.h"

#include <cmath>
#include <limits>

#include "manifold/check_option.h"
#include "manifold/check_points.h"
#include "manifold/distances.h"
#include "manifold/neighbors.h"
#include "manifold/quality.h"
#include "tensor/elementwise.h"
#include "tensor/parallel.h"

namespace gradfold {

Isomap& Isomap::fit(const Tensor& x) {
  check_points("Isomap", "x", x, 3);
  const Index n = x.size(0), k = options_.n_neighbors;
  check_option(k >= 1 && k < n, "Isomap", "n_neighbors is {} but there are {} points; it must be from 1 to {}", k, n,
               n - 1);
  require_matrices("Isomap", n, 2);  // of paths, and of their squares
  points_ = x.contiguous();
  Graph graph = neighbor_graph(nearest_neighbors(points_, k));  // 1
  parts = connected_components(graph);
  if (parts.count() > 1) {
    require(options_.join_components, "Isomap",
            "the graph of {} neighbours falls into {}; there are no paths between them; hint: more n_neighbors, or "
            "join_components, which adds an edge between the closest points of each two parts",
            k, parts.str());
    graph = join_components(graph, parts, points_);
  }
  geodesics = geodesic_distances(graph);  // 2
  const Real scale = scale_up_for_squares(points_);
  mds_ = ClassicalMds({.n_components = options_.n_components});
  embedding = mds_.fit_transform_squares(square(scale == 1 ? geodesics : geodesics * scale), "Isomap", scale);  // 3
  eigenvalues = mds_.eigenvalues;
  return *this;
}

// With D the paths between fitted points, v and l eigenvectors and eigenvalues of B, and g the paths from a new point:
// its row of B is b_i = -1/2 (g_i^2 - mean(g^2) - rowmean_i(D^2) + mean(D^2)), its coordinate b v / sqrt(l), and
// v / sqrt(l) is embedding / l.
Tensor Isomap::transform(const Tensor& x) const {
  require(embedding.defined(), "Isomap::transform", "nothing is fitted yet; call fit(x) first");
  check_points("Isomap::transform", "x", x, 0);
  check_shape("Isomap::transform", "x", x.shape(), {"N", points_.size(1)});
  const Neighbors near = nearest_neighbors(x, points_, options_.n_neighbors);
  const Index m = x.size(0), n = points_.size(0), k = options_.n_neighbors, columns = options_.n_components;
  Tensor out({m, columns});
  parallel_for(m, 8, [&, to = out.data(), paths = geodesics.data(), y = embedding.data()](Index begin, Index end) {
    std::vector<double> row(n);
    for (Index q = begin; q < end; ++q) {
      std::fill(row.begin(), row.end(), std::numeric_limits<double>::infinity());
      for (Index j = 0; j < k; ++j) {
        const double first = near.distance.data()[q * k + j];
        const Real* rest = paths + near.index[q * k + j] * n;
        for (Index i = 0; i < n; ++i) row[i] = std::min(row[i], first + rest[i]);
      }
      double mean = 0;
      for (double& g : row) mean += (g *= g) / static_cast<double>(n);
      for (Index c = 0; c < columns; ++c) {
        double sum = 0;
        for (Index i = 0; i < n; ++i)
          sum += -0.5 * (row[i] - mean - mds_.row_means[i] + mds_.mean) * y[i * columns + c];
        to[q * columns + c] = static_cast<Real>(eigenvalues[c] > 0 ? sum / eigenvalues[c] : 0);
      }
    }
  });
  return out;
}

double Isomap::residual_variance() const {
  require(embedding.defined(), "Isomap::residual_variance", "nothing is fitted yet; call fit(x) first");
  return gradfold::residual_variance(geodesics, embedding);
}

double Isomap::reconstruction_error() const {
  require(embedding.defined(), "Isomap::reconstruction_error", "nothing is fitted yet; call fit(x) first");
  const Index n = geodesics.size(0);
  const double all = ordered_sum(n, 32, [&](Index begin, Index end) {
    double sum = 0;
    for (Index i = begin; i < end; ++i)
      for (Index j = 0; j < n; ++j) {
        const double d = geodesics.data()[i * n + j];
        const double b = -0.5 * (d * d - mds_.row_means[i] - mds_.row_means[j] + mds_.mean);
        sum += b * b;
      }
    return sum;
  });
  double kept = 0;
  for (const double value : eigenvalues) kept += value * value;
  return std::sqrt(std::max(0.0, all - kept)) / static_cast<double>(n);
}

}  // namespace gradfold
