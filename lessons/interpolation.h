#pragma once
#include <vector>

#include "manifold/geodesics.h"
#include "models/latent_model.h"
#include "tensor/random.h"
#include "tensor/tensor.h"

// Ways from one image to another, and how natural what lies between is.
namespace gradfold {

// (1 - t) a + t b for `frames` values of t from 0 to 1, both ends among them: a and b [...] -> [frames, ...].
Tensor straight_way(const Tensor& a, const Tensor& b, Index frames);

// Which points of x [N, D] stand nearest to each `frames`-th part of the shortest path from one to another, by length
// along the path: both ends are the first and the last. Throws if the graph does not join them.
Indices way_along(const Graph& graph, const Tensor& x, Index from, Index to, Index frames);

// The graph of each image's k nearest neighbours among images [N, C, H, W], joined by the closest points where it falls
// into parts: for way_along.
Graph image_graph(const Tensor& images, Index k);

// Three points of a curve, chart [N, 1] the places on it, euclid and along [N, N] the distances straight and along it:
// A in the middle, B the nearest to look at of the points farther away than `far` along the curve, C the nearest along
// the curve of those that look farther than B, by a tenth. Throws if there is no such B or C.
struct NearAndFar {
  Index a, b, c;
};
NearAndFar near_and_far(const Tensor& chart, const Tensor& euclid, const Tensor& along, Real far);

// The frames of three ways from image `from` to image `to` of x [N, C, H, W], each [frames, C, H, W] with both ends:
// mixed pixels; decoded codes on a straight line; images on the shortest path of x's graph.
std::vector<Tensor> three_ways(LatentModel& model, const Graph& graph, const Tensor& x, Index from, Index to,
                               Index frames);
// What lies strictly between the ends of a way: all frames but the first and the last.
Tensor between(const Tensor& frames);

// Share of the ink (what is above 0.1) that is neither paper nor full ink but between 0.1 and 0.7: what a double
// exposure is made of. Of each image of [N, C, H, W], [N]; 0 for an image without ink.
Tensor grey_share(const Tensor& images);

// Of two pairs of points, which are farther apart? Share of `comparisons` random ones for which `distances` [N, N] say
// otherwise than `truth` [N, N].
double wrong_order(const Tensor& distances, const Tensor& truth, Index comparisons, Rng rng);

}  // namespace gradfold
