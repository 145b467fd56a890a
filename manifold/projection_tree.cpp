#include "manifold/projection_tree.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace gradfold {
namespace {

// In double: products of finite numbers stay finite.
double along(const Real* a, const double* b, Index d) {
  constexpr Index kLanes = 8;
  double lanes[kLanes] = {};
  Index c = 0;
  for (; c + kLanes <= d; c += kLanes)
    for (Index l = 0; l < kLanes; ++l) lanes[l] += static_cast<double>(a[c + l]) * b[c + l];
  for (Index l = 0; c + l < d; ++l) lanes[l] += static_cast<double>(a[c + l]) * b[c + l];
  return ((lanes[0] + lanes[4]) + (lanes[1] + lanes[5])) + ((lanes[2] + lanes[6]) + (lanes[3] + lanes[7]));
}

class Builder {
 public:
  Builder(const Tensor& x, Index leaf_size, const Rng& rng)
      : x_(x.data()), d_(x.size(1)), leaf_size_(leaf_size), rng_(rng), direction_(static_cast<std::size_t>(d_)) {
    tree_.point.resize(static_cast<std::size_t>(x.size(0)));
    std::iota(tree_.point.begin(), tree_.point.end(), 0);
    tree_.start.push_back(0);
  }

  ProjectionTree build() {
    split(0, static_cast<Index>(tree_.point.size()), 1);
    return std::move(tree_);
  }

 private:
  // Nodes are numbered as in a heap: the halves of `node` are 2 node and 2 node + 1.
  void split(Index begin, Index end, std::uint64_t node) {
    if (end - begin <= leaf_size_) {
      tree_.start.push_back(end);
      return;
    }
    draw_direction(begin, end, rng_.fork(node));
    keyed_.clear();
    for (Index i = begin; i < end; ++i) {
      const std::int32_t row = tree_.point[i];
      keyed_.emplace_back(along(x_ + row * d_, direction_.data(), d_), row);
    }
    const Index half = (end - begin) / 2;
    std::nth_element(keyed_.begin(), keyed_.begin() + half, keyed_.end());
    for (Index i = begin; i < end; ++i) tree_.point[i] = keyed_[i - begin].second;
    split(begin, begin + half, 2 * node);
    split(begin + half, end, 2 * node + 1);
  }

  void draw_direction(Index begin, Index end, Rng rng) {
    const Index n = end - begin, first = rng.below(n), second = (first + 1 + rng.below(n - 1)) % n;
    const Real* from = x_ + tree_.point[begin + first] * d_;
    const Real* to = x_ + tree_.point[begin + second] * d_;
    for (Index c = 0; c < d_; ++c) direction_[c] = static_cast<double>(to[c]) - from[c];
  }

  const Real* x_;
  Index d_, leaf_size_;
  const Rng& rng_;
  ProjectionTree tree_;
  std::vector<double> direction_;
  std::vector<std::pair<double, std::int32_t>> keyed_;  // projections of a node's points
};

}  // namespace

ProjectionTree projection_tree(const Tensor& x, Index leaf_size, const Rng& rng) {
  return Builder(x, leaf_size, rng).build();
}

}  // namespace gradfold
