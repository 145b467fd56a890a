#pragma once
#include "manifold/geodesics.h"
#include "tensor/random.h"
#include "tensor/tensor.h"

// Ways from one image to another, and how natural what lies between is.
namespace gradfold {

// (1 - t) a + t b for `frames` values of t from 0 to 1, both ends among them: a and b [...] -> [frames, ...].
Tensor straight_way(const Tensor& a, const Tensor& b, Index frames);

// Which points of x [N, D] stand nearest to each `frames`-th part of the shortest path from one to another, by length
// along the path: both ends are the first and the last. Throws if the graph does not join them.
Indices way_along(const Graph& graph, const Tensor& x, Index from, Index to, Index frames);

// Share of the ink (what is above 0.1) that is neither paper nor full ink but between 0.1 and 0.7: what a double
// exposure is made of. Of each image of [N, C, H, W], [N]; 0 for an image without ink.
Tensor grey_share(const Tensor& images);

// Of two pairs of points, which are farther apart? Share of `comparisons` random ones for which `distances` [N, N] say
// otherwise than `truth` [N, N].
double wrong_order(const Tensor& distances, const Tensor& truth, Index comparisons, Rng rng);

}  // namespace gradfold
