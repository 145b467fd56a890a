#include "manifold/umap.h"

#include <algorithm>
#include <cmath>

#include "manifold/check_option.h"
#include "manifold/check_points.h"
#include "manifold/fuzzy_graph.h"
#include "manifold/spectral_layout.h"
#include "tensor/random.h"

namespace gradfold {
namespace {

constexpr Index kManyPoints = 10000;
constexpr Real kMapSize = 10;
constexpr double kLeastSpread = 1e-3, kLargestSpread = 1e3;  // beyond them no step of the layout shows

// Every coordinate to [0, 10]: the size of map that the steps are made for.
void stretch(Tensor& y) {
  const Index n = y.size(1);
  for (Index c = 0; c < y.size(0); ++c) {
    Real* row = y.data() + c * n;
    const auto [low, high] = std::minmax_element(row, row + n);
    const Real from = *low, range = *high - from;
    for (Index i = 0; i < n; ++i) row[i] = range > 0 ? (row[i] - from) / range * kMapSize : 0;
  }
}

// The first k columns.
Neighbors nearest(const Neighbors& all, Index k) {
  const Index n = all.index.shape[0], have = all.index.shape[1];
  if (have == k) return all;
  Neighbors out{Indices(Shape{n, k}), all.distance.slice(1, 0, k).contiguous()};
  for (Index i = 0; i < n; ++i) std::copy_n(all.index.values.begin() + i * have, k, out.index.values.begin() + i * k);
  return out;
}

}  // namespace

void Umap::check(const Tensor& x) const {
  const UmapOptions& o = options_;
  check_points("Umap", "x", x, 3);
  check_option(o.n_neighbors >= 2 && o.n_neighbors <= x.size(0), "Umap",
               "n_neighbors is {} but must be from 2 to {}, the number of points (a point counts as its own neighbour)",
               o.n_neighbors, x.size(0));
  check_option(o.n_components >= 1 && o.n_components <= 3, "Umap", "n_components is {}; maps have 1, 2 or 3",
               o.n_components);
  check_option(o.min_dist >= 0 && o.spread > 0 && o.min_dist <= o.spread, "Umap",
               "min_dist is {} and spread is {}; 0 <= min_dist <= spread must hold", o.min_dist, o.spread);
  check_option(o.spread >= kLeastSpread && o.spread <= kLargestSpread, "Umap",
               "spread is {} but must be from {} to {}; a map begins {} wide", o.spread, kLeastSpread, kLargestSpread,
               kMapSize);
  check_option(o.n_epochs >= 0, "Umap", "n_epochs is {} but must be positive, or 0 for as many as N asks", o.n_epochs);
  check_option(o.learning_rate > 0, "Umap", "learning_rate is {} but must be positive", o.learning_rate);
  check_option(o.negative_sample_rate >= 0 && o.repulsion_strength >= 0, "Umap",
               "negative_sample_rate is {} and repulsion_strength is {}; neither may be negative",
               o.negative_sample_rate, o.repulsion_strength);
  check_option(o.set_op_mix_ratio >= 0 && o.set_op_mix_ratio <= 1, "Umap",
               "set_op_mix_ratio is {} but must be from 0 to 1", o.set_op_mix_ratio);
  check_option(o.local_connectivity >= 0, "Umap", "local_connectivity is {} but must not be negative",
               o.local_connectivity);
  check_option(o.target_weight >= 0 && o.target_weight <= 1, "Umap", "target_weight is {} but must be from 0 to 1",
               o.target_weight);
}

UmapLayoutOptions Umap::layout(Index n_epochs) const {
  UmapLayoutOptions out{.curve = curve, .n_epochs = n_epochs, .learning_rate = options_.learning_rate,
                        .negative_sample_rate = options_.negative_sample_rate,
                        .repulsion_strength = options_.repulsion_strength, .seed = options_.random_state};
  if (options_.progress)
    out.progress = [report = options_.progress, n_epochs](Index epoch) {
      if (epoch % 10 == 0 || epoch == n_epochs) report(epoch, n_epochs);
    };
  return out;
}

Umap& Umap::fit(const Tensor& x) { return fit(x, Indices{}); }

Umap& Umap::fit(const Tensor& x, const Indices& labels) {
  check(x);
  return fit(x, nearest_neighbors(x, options_.n_neighbors - 1), labels);
}

Umap& Umap::fit(const Tensor& x, const Neighbors& found, const Indices& labels) {
  check(x);
  const Index n = x.size(0), k = options_.n_neighbors - 1;
  require(found.index.shape.rank() == 2 && found.index.shape[0] == n && found.index.shape[1] >= k, "Umap",
          "neighbors are {}; x has {} points, and each needs {}", found.index.shape, n, k);
  require(labels.numel() == 0 || labels.numel() == n, "Umap", "there are {} labels for {} points; one each is needed",
          labels.numel(), n);
  check_neighbor_distances("Umap", found);
  x_ = x.contiguous();
  curve = fit_umap_curve(options_.min_dist, options_.spread);
  const Neighbors neighbors = nearest(found, k);
  const Tensor strengths =
      membership_strengths(neighbors.distance, options_.n_neighbors, options_.local_connectivity);
  graph = fuzzy_union(neighbors.index, strengths, options_.set_op_mix_ratio);
  if (labels.numel() > 0 && options_.target_weight > 0) intersect_labels(graph, labels, options_.target_weight);

  Rng rng = Rng(options_.random_state).fork("umap");
  Tensor y = options_.init == UmapOptions::Init::kSpectral
                 ? spectral_layout(graph, x_, options_.n_components, rng)
                 : rng.uniform({options_.n_components, n}, -kMapSize, kMapSize);
  stretch(y);
  const Index epochs = options_.n_epochs > 0 ? options_.n_epochs : n <= kManyPoints ? 500 : 200;
  umap_layout(graph, y, Tensor(), layout(epochs));
  embedding = y.transpose(0, 1).contiguous();
  return *this;
}

Tensor Umap::transform(const Tensor& points) const {
  require(embedding.defined(), "Umap", "transform before fit: there is no map yet; hint: call fit first");
  check_points("Umap", "x", points, 0);
  const Tensor x = points.contiguous();
  require(x.size(1) == x_.size(1), "Umap", "x is {} but the map was fitted to points of {} columns", x.shape(),
          x_.size(1));
  const Index m = x.size(0), c = options_.n_components, k = std::min(options_.n_neighbors, x_.size(0));
  const Neighbors neighbors = nearest_neighbors(x, x_, k);
  check_neighbor_distances("Umap::transform", neighbors);
  // One neighbour fewer is certain: the point itself is not among those it knows. (The mean distance, of which the
  // least sigma is a thousandth, counts it all the same; umap-learn's does not.)
  const Tensor strengths = membership_strengths(neighbors.distance, options_.n_neighbors,
                                                std::max(0.0, options_.local_connectivity - 1));
  SparseRows edges{{}, neighbors.index.values, strengths.to_vector()};
  edges.start.clear();
  for (Index i = 0; i <= m; ++i) edges.start.push_back(i * k);

  // A new point starts at the mean of its neighbours in the map, weighted by its edges.
  const Tensor map = embedding.transpose(0, 1).contiguous();
  Tensor y({c, m});
  for (Index i = 0; i < m; ++i) {
    double total = 0;
    for (Index e = i * k; e < (i + 1) * k; ++e) total += edges.value[e];
    for (Index d = 0; d < c; ++d) {
      double sum = 0;
      for (Index e = i * k; e < (i + 1) * k; ++e) sum += edges.value[e] * map.data()[d * x_.size(0) + edges.column[e]];
      y.data()[d * m + i] = static_cast<Real>(sum / total);
    }
  }
  const Index epochs = options_.n_epochs > 0 ? options_.n_epochs / 3 : m <= kManyPoints ? 100 : 30;
  UmapLayoutOptions options = layout(epochs);
  options.learning_rate = options_.learning_rate / 4;
  options.others_move = false;
  umap_layout(edges, y, map, options);
  return y.transpose(0, 1).contiguous();
}

UmapLoss Umap::loss() const {
  require(embedding.defined(), "Umap", "loss before fit: there is no map yet; hint: call fit first");
  return umap_loss(graph, embedding, layout(0));
}

}  // namespace gradfold
