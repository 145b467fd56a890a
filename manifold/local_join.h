#pragma once
#include <cstdint>
#include <vector>

#include "manifold/neighbor_lists.h"
#include "tensor/tensor.h"

namespace gradfold {

// Groups of points that may be one another's neighbours. In each the first `fresh` are to be compared with all others
// of the group, the rest only with those.
struct JoinGroups {
  JoinGroups(Index count, Index capacity)
      : capacity(capacity), point(static_cast<std::size_t>(count * capacity)), fresh(static_cast<std::size_t>(count)),
        size(fresh.size()) {}
  Index count() const { return static_cast<Index>(size.size()); }

  Index capacity;                   // of a group
  std::vector<std::int32_t> point;  // [count, capacity] rows; within a group all different
  std::vector<Index> fresh, size;   // [count]
};

// The local join of Dong, Moses & Li (2011, section 2.3): what is near a common point is compared pair by pair, while
// it is in the cache, and each of the two is offered to the other's list.
//
// A group is one matrix product, which tells all distances well enough to leave out pairs that are too far: those
// within its rounding of either list's reach are measured anew in double, as nearest_neighbors does. So no pair is
// lost to rounding, and what is in the lists is exact.
class LocalJoin {
 public:
  // x [N, D] must be contiguous and its numbers finite.
  explicit LocalJoin(const Tensor& x);

  // Returns how many entries of the lists changed. Many groups at once, whose findings then come to each list from one
  // thread: the same bits for any number of threads.
  Index operator()(const JoinGroups& groups, NeighborLists& lists) const;

 private:
  struct Finding;
  class Comparison;

  Tensor x_;
  double scale_ = 1;  // brings the points into a ball of radius 1
};

}  // namespace gradfold
