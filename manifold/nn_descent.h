#pragma once
#include <cstdint>

#include "manifold/neighbors.h"
#include "tensor/tensor.h"

namespace gradfold {

struct NnDescentOptions {
  Index n_trees = 6;          // that the search starts from; of one alone, no leaf would hear of another
  Index leaf_size = 64;       // of a tree, at most; or 2 (k + 1) if that is more
  Index max_candidates = 30;  // fresh points of a group, and as many that were compared before
  Index max_iter = 0;         // 0: log2 N, at least 5
  double delta = 0.001;       // stop when no more than this share of all entries change
  std::uint64_t random_state = 0;
};

// Approximate nearest neighbours (Dong, Moses & Li 2011, "Efficient k-nearest neighbor graph construction for generic
// similarity measures"): a neighbour of a neighbour is likely a neighbour.
//
//   1  start: what shares a leaf of a random-projection tree is compared, tree after tree (projection_tree.h)
//   2  of every point a group: those in its list and those in whose list it is, a sample of the entries that are fresh
//      and one of those that have been compared before
//   3  within a group, fresh points are compared with each other and with the rest, each offered to the other's list
//      (local_join.h)
//   4  again from 2, until almost no list changes
//
// x [N, D], 1 <= k < N, as nearest_neighbors takes and gives them; distances are exact, but a list may lack a
// neighbour and hold a farther point in its place. How many are found is not promised: neighbor_recall() measures it.
// The same bits for a seed, whatever the number of threads. Throws unless all numbers are finite.
//
// When it pays: nearest_neighbors is one matrix product at the processor's peak, while this search waits for memory.
// It pays late: for 15 neighbours of points of 50 numbers both cost about the same at 20,000 points, and at 60,000
// this one costs about two thirds; for 90 neighbours there it costs three times as much. More columns favour it.
// Memory O(N k).
Neighbors nn_descent(const Tensor& x, Index k, const NnDescentOptions& options = {});

// The share of the true k nearest neighbours that `found` [N, k] holds, over `sample` points of x drawn at random
// (all, if there are fewer), by an exact search for these. A point that is as near as the k-th counts, whichever of
// several equally far it is; one that is listed twice counts once.
double neighbor_recall(const Tensor& x, const Neighbors& found, Index sample = 1000, std::uint64_t seed = 0);

}  // namespace gradfold
