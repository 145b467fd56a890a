#pragma once
#include "tensor/indices.h"
#include "tensor/random.h"
#include "tensor/tensor.h"

// What lesson 3.4 measures of spaces of many dimensions: how many points fill them, where their volume is, what
// distances still say.
namespace gradfold {

// Volume of the unit ball in d dimensions: pi^(d/2) / Gamma(d/2 + 1).
double ball_volume(double d);

// How many uniform points of the cube [0, 1]^d it takes until one lies within r <= 0.5 of its middle, the mean of many
// trials. Expected: 1 / (ball_volume(d) r^d), the reciprocal of a point's chance.
double points_needed(Index d, double r, Index trials, const Rng& rng);

// Where uniform points of a cube lie, as shares of all n, with what is expected beside:
struct VolumeShares {
  double ball;        // inside the ball that just fits: ball_volume(d) / 2^d
  double cube_shell;  // in the cube's outer tenth: 1 - 0.9^d
  double ball_shell;  // of those inside the ball, in its outer tenth: 1 - 0.9^d; 0 where none is inside
  Index in_ball;      // how many are inside
};
VolumeShares volume_shares(Index d, Index n, Rng rng);

// Distances from each query [M, D] to all points [N, D], nearest first: [M, N].
Tensor sorted_distances(const Tensor& queries, const Tensor& points);

// (farthest - nearest) / nearest of sorted distances [M, N], the median over the queries. Goes to 0 with D for
// independent coordinates (Beyer, Goldstein, Ramakrishnan & Shaft 1999).
double relative_contrast(const Tensor& sorted);

}  // namespace gradfold
