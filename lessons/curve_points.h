#pragma once
#include "tensor/tensor.h"

// Points [N, D] near a curve that is known by many points on it, [M, D].
namespace gradfold {

// Where a point comes from that Gaussian noise of size sigma has moved off the curve: the mean over all places on the
// curve, [N, D], each weighted by exp(-distance^2 / (2 sigma^2)). Of all guesses this one has the smallest expected
// squared error, and (origin - point) / sigma^2 is the gradient of log p of the points with noise (Miyasawa 1961).
Tensor mean_origin(const Tensor& points, const Tensor& curve, Real sigma);

// The distance from each point to the nearest on the curve, [N].
Tensor distance_to_curve(const Tensor& points, const Tensor& curve);

// Where arrows of a picture begin: of the steps x steps points of a lattice from -side to side both ways those no
// farther than `reach` from the curve [M, 2], row by row from below: [N, 2].
Tensor lattice_near(const Tensor& curve, Real side, Index steps, Real reach);

}  // namespace gradfold
