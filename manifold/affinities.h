#pragma once
#include "manifold/neighbors.h"
#include "manifold/sparse_rows.h"

// t-SNE's picture of the data: how likely each point would pick each other as its neighbour.
namespace gradfold {

// p_j = exp(-beta d_j) / sum exp(-beta d), with the beta at which the entropy of p is ln(perplexity), so that p spreads
// over `perplexity` neighbours. Squared distances d[k] -> p[k]; returns beta = 1 / (2 sigma^2). By bisection, to 1e-5
// of the entropy. Where no beta reaches it (equal distances) p comes as near as it can.
double conditional_probabilities(const double* squared_distance, Index k, double perplexity, double* p);

// P of t-SNE: p_ij = (p_j|i + p_i|j) / 2N, which sums to 1. Points that are not among each other's neighbours have
// p = 0: with 3 * perplexity neighbours (van der Maaten 2014, section 4.1) what is left out is negligible. Rows are
// padded to a multiple of kAffinityLanes.
inline constexpr Index kAffinityLanes = 16;
SparseRows joint_probabilities(const Neighbors& neighbors, double perplexity);

}  // namespace gradfold
