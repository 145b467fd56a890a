#pragma once
#include <functional>
#include <string_view>

#include "tensor/indices.h"
#include "tensor/tensor.h"

namespace gradfold {

// Of every query its k nearest points, nearest first; points equally far in the order of their rows.
struct Neighbors {
  Indices index;    // [N, k] rows of the points
  Tensor distance;  // [N, k] Euclidean distances
};

// Told how many rows of a long work are done, from any thread, one call at a time.
using RowProgress = std::function<void(Index done, Index all)>;

// The k nearest neighbours of every point among the others: a point is not its own neighbour, though its duplicates
// are. x [N, D], 1 <= k < N. Exact: the sets are those of comparing all distances in double.
//
// Time O(N^2 D), memory O(N k): a block of queries meets a block of points as one matrix product (|x|^2/2 - q x
// orders points as the distance does). The product's rounding error has a bound, so points that it cannot tell
// apart are kept, and distances are then taken anew, in double, of the few that are left.
// Throws unless all numbers are finite.
Neighbors nearest_neighbors(const Tensor& x, Index k, const RowProgress& progress = {});

// The k nearest of the points x [N, D] to each query [M, D], 1 <= k <= N; a point equal to a query counts.
Neighbors nearest_neighbors(const Tensor& queries, const Tensor& x, Index k);

// |a - b|^2 of two points of d coordinates, summed in double and always in the same order.
double squared_distance(const Real* a, const Real* b, Index d);

// Throws an Error in `who`'s name unless all distances are finite: between finite points of 1e38 they need not be.
void check_neighbor_distances(std::string_view who, const Neighbors& neighbors);

}  // namespace gradfold
