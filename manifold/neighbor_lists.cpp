#include "manifold/neighbor_lists.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gradfold {

NeighborLists::NeighborLists(Index n, Index k)
    : n_(n), k_(k), point_(static_cast<std::size_t>(n * k), -1),
      squared_(point_.size(), std::numeric_limits<double>::infinity()),
      reach_(static_cast<std::size_t>(n), std::numeric_limits<double>::infinity()), fresh_(point_.size(), 1) {}

bool NeighborLists::wants(Index i, std::int32_t point, double squared) const {
  return squared < reach_[i] || (squared == reach_[i] && point < point_[i * k_ + k_ - 1]);
}

bool NeighborLists::offer(Index i, std::int32_t point, double squared) {
  if (!wants(i, point, squared)) return false;
  const Index first = i * k_, last = first + k_ - 1;
  double* const squares = squared_.data();
  Index at = std::lower_bound(squares + first, squares + last, squared) - squares;
  while (at < last && squares[at] == squared && point_[at] < point) ++at;
  if (point_[at] == point) return false;
  std::move_backward(squares + at, squares + last, squares + last + 1);
  std::move_backward(point_.data() + at, point_.data() + last, point_.data() + last + 1);
  std::move_backward(fresh_.data() + at, fresh_.data() + last, fresh_.data() + last + 1);
  point_[at] = point;
  squared_[at] = squared;
  fresh_[at] = 1;
  reach_[i] = squared_[last];
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
