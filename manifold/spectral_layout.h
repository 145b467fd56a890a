#pragma once
#include "manifold/fuzzy_graph.h"
#include "tensor/random.h"

namespace gradfold {

// Eigenvectors 2..C + 1 of the normalised Laplacian I - D^-1/2 W D^-1/2 of a connected graph, W symmetric, as rows
// [C, N] of unit length; the first, D^1/2 times the constant, says nothing. In rising order of eigenvalue; the largest
// entry of each is positive. C < N.
//
// Small graphs exactly. Larger ones by subspace iteration with Chebyshev polynomials of W, which blow up what lies at
// the wanted end of the spectrum (Zhou et al. 2006), until the eigenvalues stand still to 1e-3 of their range: a map
// needs a start, not an eigenvector.
Tensor laplacian_eigenvectors(const SparseRows& graph, Index components);

// UMAP's start, [C, N] within [-10, 10]: each component of the graph drawn by its eigenvectors; several are placed by
// the principal components of their means of x [N, D], each half as wide as the way to its nearest neighbour.
Tensor spectral_layout(const SparseRows& graph, const Tensor& x, Index n_components, Rng& rng);

}  // namespace gradfold
