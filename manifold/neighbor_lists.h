#pragma once
#include <cstdint>
#include <vector>

#include "manifold/neighbors.h"

namespace gradfold {

// Of each of N points the k nearest that were offered so far, nearest first, equally far ones in the order of their
// rows. What is kept of several offers does not depend on the order in which they come: that is why a search which
// offers points from many threads can give the same bits as on one.
class NeighborLists {
 public:
  NeighborLists(Index n, Index k);

  Index size() const { return n_; }
  Index k() const { return k_; }
  std::int32_t point(Index i, Index j) const { return point_[i * k_ + j]; }  // -1 where nothing is yet
  double reach(Index i) const { return reach_[i]; }  // squared distance of the last one; infinite before k came

  bool holds(Index i, std::int32_t point) const {
    const std::int32_t* row = point_.data() + i * k_;
    std::int32_t found = 0;
    for (Index j = 0; j < k_; ++j) found |= row[j] == point;  // all of them: a vector at a time, and no branch
    return found != 0;
  }
  // Asks for the list of i, which will be needed soon.
  void prefetch(Index i) const {
    for (Index j = 0; j < k_; j += 16) __builtin_prefetch(point_.data() + i * k_ + j);
  }
  // Whether the list of i has a place for a point at this distance, unless it holds it already.
  bool wants(Index i, std::int32_t point, double squared) const;
  // Returns whether it is kept: false as well for a point that is held. The distance must be the one of all offers.
  bool offer(Index i, std::int32_t point, double squared);

  // An entry is fresh until it is marked otherwise.
  bool fresh(Index i, Index j) const { return fresh_[i * k_ + j] != 0; }
  void mark_old(Index i, Index j) { fresh_[i * k_ + j] = 0; }

  // All lists, which must be full.
  Neighbors neighbors() const;

 private:
  Index n_, k_;
  std::vector<std::int32_t> point_;  // [N, k], as the others
  std::vector<double> squared_;
  std::vector<double> reach_;  // [N] the last column of squared_ once more: it is asked for most often
  std::vector<std::uint8_t> fresh_;
};

}  // namespace gradfold
