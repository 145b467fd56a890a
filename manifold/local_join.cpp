#include "manifold/local_join.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <limits>

#include "tensor/kernels/gemm.h"
#include "tensor/kernels/select.h"
#include "tensor/parallel.h"

namespace gradfold {
namespace {

constexpr Index kPairsTogether = 1 << 21;  // findings wait until so many pairs are compared: 64 MiB at most
constexpr Index kChunks = 32;              // shares of that work, and of the lists
constexpr Index kLanes = 16;

}  // namespace

// A point for the list of another.
struct LocalJoin::Finding {
  std::int32_t list, point;
  double squared;
};

// One thread's comparing of groups, and what it found: apart for each share of the lists.
class LocalJoin::Comparison {
 public:
  Comparison(const Tensor& x, double scale, const NeighborLists& lists)
      : x_(x), d_(x.size(1)), width_((d_ + kLanes - 1) / kLanes * kLanes), scale_(scale), lists_(lists) {}

  void compare(const std::int32_t* point, Index fresh, Index size) {
    if (fresh == 0 || size < 2) return;
    look(point, size);
    scores_.resize(static_cast<std::size_t>(fresh * size));
    gemm({.m = fresh, .n = size, .k = d_, .a = rows_.data(), .lda = width_, .b = rows_.data(), .ldb = width_,
          .c = scores_.data(), .ldc = size, .trans_b = true, .alpha = -2, .row_bias = square_.data(),
          .col_bias = square_.data()});
    for (Index p = 0; p < fresh; ++p) {
      const Index near = within_reach(p, size);
      for (Index j = 0; j < near; ++j) {
        const Index q = position_[j];
        measure(point[p], point[q], least_[q] <= reach_[p], least_[q] <= reach_[q]);
      }
    }
  }

  const std::vector<Finding>& found(Index share) const { return found_[share]; }

 private:
  // The points as seen from the first: the coordinates of what is near are small, so that their products are exact
  // enough.
  void look(const std::int32_t* point, Index size) {
    rows_.resize(static_cast<std::size_t>(size * width_));  // what is new is 0, and the columns after d stay so
    for (auto* v : {&square_, &length_, &reach_, &least_, &excess_}) v->resize(static_cast<std::size_t>(size));
    value_.resize(static_cast<std::size_t>(size + kSelectSlack));
    position_.resize(value_.size());
    const Real* x = x_.data();
    const Real* from = x + point[0] * d_;
    const Real scale = static_cast<Real>(scale_);
    for (Index i = 0; i < size; ++i) {
      if (i + 8 < size) {  // rows lie anywhere in memory: ask for one while the last few are worked on
        for (Index c = 0; c < std::min<Index>(d_, 256); c += 16) __builtin_prefetch(x + point[i + 8] * d_ + c);
        lists_.prefetch(point[i + 8]);
      }
      const Real* at = x + point[i] * d_;
      Real* row = rows_.data() + i * width_;
      for (Index c = 0; c < d_; ++c) row[c] = (at[c] - from[c]) * scale;
      square_[i] = square(row);
      length_[i] = std::sqrt(square_[i]);
      reach_[i] = static_cast<Real>(lists_.reach(point[i]) * scale_ * scale_);
    }
  }

  Real square(const Real* row) const {
    Real lanes[kLanes] = {};
    for (Index c = 0; c < width_; c += kLanes)
      for (Index l = 0; l < kLanes; ++l) lanes[l] += row[c + l] * row[c + l];
    Real sum = 0;
    for (const Real lane : lanes) sum += lane;
    return sum;
  }

  // Which points after p the list of either might take. |p|^2 + |q|^2 - 2 p q is off by at most some (d + 16) u
  // (|p| + |q|)^2, u half the distance from 1 to the next number (see nearest_neighbors); doubled.
  Index within_reach(Index p, Index size) {
    constexpr Real u = std::numeric_limits<Real>::epsilon() / 2;
    const Real rounding = 2 * static_cast<Real>(d_ + 16) * u, tiny = 16 * std::numeric_limits<Real>::min();
    const Real* score = scores_.data() + p * size;
    const Real own_reach = reach_[p], own_length = length_[p];
    for (Index q = p + 1; q < size; ++q) {
      const Real both = own_length + length_[q];
      least_[q] = score[q] - rounding * (both * both) - tiny;
      excess_[q] = least_[q] - std::max(own_reach, reach_[q]);
    }
    return select_at_most(excess_.data() + p + 1, size - p - 1, 0, static_cast<std::int32_t>(p + 1), value_.data(),
                          position_.data());
  }

  void measure(std::int32_t a, std::int32_t b, bool for_a, bool for_b) {
    for_a = for_a && !lists_.holds(a, b);
    for_b = for_b && !lists_.holds(b, a);
    if (!for_a && !for_b) return;
    const double squared = squared_distance(x_.data() + a * d_, x_.data() + b * d_, d_);
    if (for_a && lists_.wants(a, b, squared)) found_[a * kChunks / lists_.size()].push_back({a, b, squared});
    if (for_b && lists_.wants(b, a, squared)) found_[b * kChunks / lists_.size()].push_back({b, a, squared});
  }

  const Tensor& x_;
  Index d_, width_;  // columns of x, and of the rows as they are kept here
  double scale_;
  const NeighborLists& lists_;
  std::vector<Real> rows_, scores_, square_, length_, reach_, excess_, value_;
  std::vector<Real> least_;  // what the squared distances from one point are at least
  std::vector<std::int32_t> position_;
  std::array<std::vector<Finding>, kChunks> found_;
};

LocalJoin::LocalJoin(const Tensor& x) : x_(x) {
  double largest = 0;
  for (Index i = 1; i < x.size(0); ++i)
    largest = std::max(largest, squared_distance(x.data(), x.data() + i * x.size(1), x.size(1)));
  if (largest > 0) scale_ = 1 / std::sqrt(largest);
}

Index LocalJoin::operator()(const JoinGroups& groups, NeighborLists& lists) const {
  const Index together = std::max<Index>(1, 2 * kPairsTogether / (groups.capacity * groups.capacity));
  std::atomic<Index> changed = 0;
  for (Index first = 0; first < groups.count(); first += together) {
    const Index count = std::min(together, groups.count() - first), grain = (count + kChunks - 1) / kChunks;
    std::vector<Comparison> comparisons(static_cast<std::size_t>((count + grain - 1) / grain), {x_, scale_, lists});
    parallel_for(count, grain, [&](Index begin, Index end) {
      for (Index g = first + begin; g < first + end; ++g)
        comparisons[begin / grain].compare(groups.point.data() + g * groups.capacity, groups.fresh[g], groups.size[g]);
    });
    parallel_for(kChunks, 1, [&](Index begin, Index end) {
      Index kept = 0;
      for (Index share = begin; share < end; ++share)
        for (const Comparison& comparison : comparisons)
          for (const Finding& f : comparison.found(share)) kept += lists.offer(f.list, f.point, f.squared);
      changed += kept;
    });
  }
  return changed;
}

}  // namespace gradfold
