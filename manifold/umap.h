#pragma once
#include <cstdint>
#include <functional>

#include "manifold/neighbors.h"
#include "manifold/sparse_rows.h"
#include "manifold/umap_layout.h"
#include "manifold/umap_loss.h"
#include "tensor/tensor.h"

namespace gradfold {

// Names and meanings are umap-learn's.
struct UmapOptions {
  Index n_neighbors = 15;            // a point itself is one of them; larger sees more of the whole
  Index n_components = 2;            // 1, 2 or 3
  double min_dist = 0.1;             // how close points may be drawn
  double spread = 1;                 // how wide clusters are drawn, 0.001 to 1000
  Index n_epochs = 0;                // 0: 500 up to 10,000 points, else 200
  double learning_rate = 1;
  Index negative_sample_rate = 5;
  double repulsion_strength = 1;
  double set_op_mix_ratio = 1;       // 1: an edge holds if either end holds it; 0: if both do
  double local_connectivity = 1;     // so many neighbours are held near for certain
  enum class Init { kSpectral, kRandom } init = Init::kSpectral;
  double target_weight = 0.5;        // of labels: 0 ignores them, 1 cuts every edge between unlike points
  std::uint64_t random_state = 0;
  // Called after every tenth epoch and at the end, if set.
  std::function<void(Index epoch, Index n_epochs)> progress = {};
};

// UMAP (McInnes, Healy & Melville 2018): a map that keeps the graph of who is near whom.
//
//   1  each point's nearest neighbours, near to a degree that falls with distance at the point's own scale, so that
//      dense and sparse regions count alike; the fuzzy union of these views is the graph (manifold/fuzzy_graph.h)
//   2  labels, if given, weaken edges between unlike points
//   3  the map starts as the graph's Laplacian eigenvectors (manifold/spectral_layout.h)
//   4  edges pull their ends together and random points push each other away, which lowers the cross entropy between
//      the graph and the map's own degrees 1 / (1 + a d^(2b)) (manifold/umap_layout.h)
//
// The same bits for a seed, whatever the number of threads.
class Umap {
 public:
  explicit Umap(UmapOptions options = {}) : options_(options) {}

  // x [N, D], N >= 3. Throws if n_neighbors exceeds N, a number is not finite or an option has no meaning.
  Umap& fit(const Tensor& x);
  Tensor fit_transform(const Tensor& x) { return fit(x).embedding; }
  // Supervised by labels [N], -1 for a point without: classes are drawn apart as far as the data lets them.
  Umap& fit(const Tensor& x, const Indices& labels);
  // With neighbours found before, at least n_neighbors - 1 of each point.
  Umap& fit(const Tensor& x, const Neighbors& neighbors, const Indices& labels = {});

  // Throws what fit(x) would, at once: an OptionError (manifold/check_option.h), or an Error about x. For those who
  // look for neighbours first.
  void check(const Tensor& x) const;

  // New points [M, D] -> [M, C]: drawn into the finished map, which stays as it is. Throws before fit().
  Tensor transform(const Tensor& x) const;

  // Of the finished map. Throws before fit().
  UmapLoss loss() const;

  Tensor embedding;   // [N, C]
  SparseRows graph;   // the fuzzy union
  UmapCurve curve;    // a and b

 private:
  UmapLayoutOptions layout(Index n_epochs) const;

  UmapOptions options_;
  Tensor x_;
};

}  // namespace gradfold
