#pragma once
#include "manifold/sparse_rows.h"

// The two sides of t-SNE's gradient (van der Maaten & Hinton 2008, eq. 5; the split is van der Maaten 2014, eq. 8).
// A map is stored coordinate by coordinate, y [C, N] with C = 1, 2 or 3, and w_ij = 1 / (1 + |y_i - y_j|^2).
//
//   d KL / d y_i = 4 (attraction_i - repulsion_i / Z),    Z = sum over i != j of w_ij
//
// The factor 4 is left out everywhere, as FIt-SNE and openTSNE do; scikit-learn keeps it. A learning rate of the one
// convention is 4 times that of the other.
namespace gradfold {

// attraction[c, i] = sum_j p_ij w_ij (y_i - y_j)_c. P's rows are padded to kAffinityLanes.
void tsne_attraction(const SparseRows& p, const Tensor& y, Tensor& attraction);

// repulsion[c, i] = sum_j w_ij^2 (y_i - y_j)_c over all pairs, O(N^2); returns Z.
double exact_repulsion(const Tensor& y, Tensor& repulsion);

// KL(P || Q) = sum p_ij ln(p_ij / q_ij), q_ij = w_ij / Z, in nats.
double tsne_divergence(const SparseRows& p, const Tensor& y, double z);

}  // namespace gradfold
