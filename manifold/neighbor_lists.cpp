#include "manifold/neighbor_lists.h"

#include <cmath>
#include <limits>

namespace gradfold {

NeighborLists::NeighborLists(Index n, Index k)
    : n_(n), k_(k), point_(static_cast<std::size_t>(n * k), -1),
      squared_(point_.size(), std::numeric_limits<double>::infinity()), fresh_(point_.size(), 1) {}

bool NeighborLists::holds(Index i, std::int32_t point) const {
  const std::int32_t* row = point_.data() + i * k_;
  int found = 0;
  for (Index j = 0; j < k_; ++j) found |= row[j] == point;  // all of them: a vector at a time, and no branch
  return found != 0;
}

bool NeighborLists::wants(Index i, std::int32_t point, double squared) const {
  const Index last = i * k_ + k_ - 1;
  return squared < squared_[last] || (squared == squared_[last] && point < point_[last]);
}

bool NeighborLists::offer(Index i, std::int32_t point, double squared) {
  if (!wants(i, point, squared)) return false;
  const Index first = i * k_;
  Index at = first + k_ - 1;  // where it belongs: behind all that are nearer
  while (at > first &&
         (squared < squared_[at - 1] || (squared == squared_[at - 1] && point < point_[at - 1])))
    --at;
  if (at > first && point_[at - 1] == point) return false;
  for (Index j = first + k_ - 1; j > at; --j) {
    point_[j] = point_[j - 1];
    squared_[j] = squared_[j - 1];
    fresh_[j] = fresh_[j - 1];
  }
  point_[at] = point;
  squared_[at] = squared;
  fresh_[at] = 1;
  return true;
}

Neighbors NeighborLists::neighbors() const {
  Neighbors out{Indices(Shape{n_, k_}), Tensor({n_, k_})};
  for (Index e = 0; e < n_ * k_; ++e) {
    require(point_[e] >= 0, "NeighborLists", "point {} has only {} of {} neighbours", e / k_, e % k_, k_);
    out.index[e] = point_[e];
    out.distance.data()[e] = static_cast<Real>(std::sqrt(squared_[e]));
  }
  return out;
}

}  // namespace gradfold
