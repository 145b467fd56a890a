#pragma once
#include "manifold/neighbors.h"
#include "manifold/sparse_rows.h"

// UMAP's picture of the data: a graph whose edges hold to a degree between 0 and 1 (McInnes, Healy & Melville 2018,
// sections 3.1 and 4.1).
namespace gradfold {

// Of one point: distances less than rho away count as 0, others in units of sigma.
struct LocalScale {
  double rho, sigma;
};

// The scale at which sum_j exp(-max(0, d_j - rho) / sigma) = log2(n_neighbors), d[k] the distances to its neighbours,
// nearest first, itself left out; rho is the distance to the local_connectivity-th neighbour that is not at 0
// (interpolated). umap-learn counts the point among its n_neighbors, so k = n_neighbors - 1. sigma is not let below a
// thousandth of the mean distance: of this point, or of all (`mean_of_all`) where rho is 0.
LocalScale smooth_knn(const Real* distance, Index k, Index n_neighbors, double local_connectivity, double mean_of_all);

// Degrees w[N, k] = exp(-max(0, d - rho) / sigma) in which each point holds its neighbours near.
Tensor membership_strengths(const Tensor& distance, Index n_neighbors, double local_connectivity);

// The fuzzy union of all points' views, w_ij + w_ji - w_ij w_ji; mixed with the intersection w_ij w_ji where
// set_op_mix_ratio is below 1.
SparseRows fuzzy_union(const Indices& index, const Tensor& strengths, double set_op_mix_ratio);

// Edges between unlike labels count exp(-2.5 / (1 - target_weight)) of what they did, those of a point without label
// (-1) exp(-1); each point's nearest neighbour then counts 1 again.
void intersect_labels(SparseRows& graph, const Indices& labels, double target_weight);

}  // namespace gradfold
