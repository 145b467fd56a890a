#pragma once
#include "manifold/sparse_rows.h"
#include "manifold/umap_layout.h"
#include "tensor/tensor.h"

namespace gradfold {

// How badly a map tells what a fuzzy graph says, in nats a point: v_ij are the graph's degrees, w_ij the map's own,
// 1 / (1 + a d^(2b)).
struct UmapLoss {
  // 1/N sum_{i<j} v ln(v / w) + (1 - v) ln((1 - v) / (1 - w)), the cross entropy less its least value: what UMAP's
  // paper sets out to lower (McInnes, Healy & Melville 2018, section 4.2).
  double cross_entropy;
  // 1/N sum_{i<j} -v ln w - m gamma (d_i + d_j) / (4N) ln(1 - w), where d_i = sum_j v_ij: what its steps lower on
  // average. An edge pulls point i twice, once for each row that holds it; m = negative_sample_rate points, of all N,
  // push it for each of its own d_i edges. That is far less repulsion than in the cross entropy, which is why clusters
  // are so tight; points scattered at random can have a lower cross entropy (Damrich & Hamprecht 2021, "On UMAP's true
  // loss function").
  double sampled;
};

// Of the map y [N, C]. It costs O(N^2), so of more than `rows` points both are of so many, evenly spaced, with all
// others. Points nearer than d with a d^(2b) = 1e-4 count as that far apart. Throws if graph and y
// are not of the same N.
UmapLoss umap_loss(const SparseRows& graph, const Tensor& y, const UmapLayoutOptions& options, Index rows = 500);

}  // namespace gradfold
