#include "manifold/neighbors.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <vector>

#include "manifold/check_points.h"
#include "manifold/distances.h"
#include "tensor/kernels/gemm.h"
#include "tensor/kernels/select.h"
#include "tensor/parallel.h"
#include "tensor/reduce.h"

namespace gradfold {
namespace {

constexpr Index kQueries = 112;  // a block of scores, 112 x 512, stays in the second cache
constexpr Index kPoints = 512;   // stored column by column, so that the product reads them in place

constexpr Real kNever = std::numeric_limits<Real>::infinity();  // the score of who does not count

struct Found {
  double squared;
  std::int32_t point;
  Real upper = 0;  // the bound of its score
  bool operator<(const Found& other) const {
    return squared != other.squared ? squared < other.squared : point < other.point;
  }
};

// Any point amid the others will do as their centre; this is the mean, to rounding.
std::vector<Real> mean_of(const Tensor& x) {
  const Index n = x.size(0), d = x.size(1);
  std::vector<double> sum(static_cast<std::size_t>(d), 0.0);
  for (Index i = 0; i < n; ++i)
    for (Index c = 0; c < d; ++c) sum[c] += x.data()[i * d + c];
  std::vector<Real> mean(sum.size());
  for (std::size_t c = 0; c < sum.size(); ++c) mean[c] = static_cast<Real>(sum[c] / static_cast<double>(n));
  return mean;
}

// What all queries share: the points centred and scaled to lie within the unit ball, so that rounding is relative to
// how far apart they are and not to where they are, and in blocks.
class Points {
 public:
  Points(const Tensor& queries, const Tensor& x)
      : n_(x.size(0)), d_(x.size(1)), blocks_((n_ + kPoints - 1) / kPoints), mean_(mean_of(x)),
        columns_({blocks_, d_, kPoints}), half_square_({blocks_, kPoints}), reach_(static_cast<std::size_t>(blocks_)) {
    double largest = largest_distance(x, mean_.data());
    if (queries.data() != x.data()) largest = std::max(largest, largest_distance(queries, mean_.data()));
    scale_ = largest > 0 ? 1 / largest : 1;
    parallel_for(blocks_, 1, [&](Index begin, Index end) {
      for (Index b = begin; b < end; ++b) fill(b, x);
    });
  }

  Index blocks() const { return blocks_; }
  Index count(Index block) const { return std::min(kPoints, n_ - block * kPoints); }

  // A row of `x` as the products see it; returns its length.
  Real centre(const Real* x, Real* out) const {
    double sum = 0;
    for (Index c = 0; c < d_; ++c) {
      const double v = (static_cast<double>(x[c]) - mean_[c]) * scale_;
      out[c] = static_cast<Real>(v);
      sum += v * v;
    }
    return static_cast<Real>(std::sqrt(sum));
  }

  // scores[q, j] = |x_j|^2 / 2 - q x_j for the points of a block.
  void score(const Real* queries, Index rows, Index block, Real* scores) const {
    const Real* columns = columns_.data() + block * d_ * kPoints;
    const Real* half_square = half_square_.data() + block * kPoints;
    gemm({.m = rows, .n = kPoints, .k = d_, .a = queries, .lda = d_, .b = columns, .ldb = kPoints, .c = scores,
          .ldc = kPoints, .alpha = -1, .col_bias = half_square});
  }

  // How far such a score may be from the truth. A sum of d products is off by at most d u sum |q_c x_c|, u half the
  // distance from 1 to the next number (Higham 2002, section 3.1), and |q||x| is at least that sum; rounding of the
  // factors, of |x|^2 / 2 and of the last addition is a few u more. Doubled, for the arithmetic on bounds itself.
  Real margin(Real length, Index block) const { return margin_within(length, reach_[block]); }
  Real margin_within(Real length, Real r) const {
    const Real u = std::numeric_limits<Real>::epsilon() / 2;
    return 2 * static_cast<Real>(d_ + 16) * u * r * (length + r) + 16 * std::numeric_limits<Real>::min();
  }

 private:
  void fill(Index b, const Tensor& x) {
    std::vector<Real> row(static_cast<std::size_t>(d_));
    Real* to = columns_.data() + b * d_ * kPoints;
    std::fill_n(to, d_ * kPoints, Real(0));
    std::fill_n(half_square_.data() + b * kPoints, kPoints, Real(0));
    for (Index j = 0; j < count(b); ++j) {
      const Real length = centre(x.data() + (b * kPoints + j) * d_, row.data());
      for (Index c = 0; c < d_; ++c) to[c * kPoints + j] = row[c];
      half_square_.data()[b * kPoints + j] = length * length / 2;
      reach_[b] = std::max(reach_[b], length);
    }
  }

  Index n_, d_, blocks_;
  std::vector<Real> mean_;
  double scale_ = 1;
  Tensor columns_, half_square_;
  std::vector<Real> reach_;  // the longest point of a block
};

// The search for one query: candidates are points that may be among the k nearest, each with a bound that its true
// score does not exceed.
class Query {
 public:
  Query(const Points& points, const Tensor& x, const Real* query, Index k)
      : points_(points), x_(x), query_(query), k_(k), enough_(k + k / 4 + 32),
        upper_(enough_ + kPoints + kSelectSlack), candidate_(upper_.size()), place_(upper_.size()) {}

  // No score of points in the unit ball exceeds 3/2, whatever rounding adds.
  void set_length(Real length) {
    length_ = length;
    limit_ = Real(1.5) + 4 * points_.margin_within(1, 1);
  }

  // Candidates among a block's scores.
  void scan(const Real* scores, Index block) {
    const Real margin = points_.margin(length_, block);
    const Index found = select_at_most(scores, points_.count(block), limit_ + margin,
                                       static_cast<std::int32_t>(block * kPoints), &upper_[held_], &candidate_[held_]);
    for (Index j = held_; j < held_ + found; ++j) upper_[j] += margin;
    held_ += found;
    if (held_ > enough_) reduce();
    if (held_ > enough_) decide();
  }

  void finish(std::int32_t* index, Real* distance) {
    reduce();
    std::vector<Found> found = exact();
    std::nth_element(found.begin(), found.begin() + (k_ - 1), found.end());  // few are left over: sooner than a heap
    std::sort(found.begin(), found.begin() + k_);
    for (Index j = 0; j < k_; ++j) {
      index[j] = found[j].point;
      distance[j] = static_cast<Real>(std::sqrt(found[j].squared));
    }
  }

 private:
  // Drops who is surely not among the k nearest, because k others are surely nearer. Halving the range of bounds
  // until few more than k lie below costs less than finding the k-th exactly: to count takes a vector at a time.
  void reduce() {
    Real low = -length_ * length_, high = limit_;
    for (int halving = 0; halving < 32; ++halving) {
      const Real middle = (low + high) / 2;
      std::int32_t below = 0;
      for (Index j = 0; j < held_; ++j) below += upper_[j] <= middle;
      (below < k_ ? low : high) = middle;
      if (below >= k_ && below <= k_ + k_ / 16 + 1) break;
    }
    limit_ = high;
    // No block's margin is larger than that of points on the unit ball's surface.
    const Real possible = limit_ + 2 * points_.margin_within(length_, 1);
    held_ = select_at_most(upper_.data(), held_, possible, 0, upper_.data(), place_.data());
    for (Index j = 0; j < held_; ++j) candidate_[j] = candidate_[place_[j]];
  }

  // Too many are within rounding of one another (duplicates): only their distances can tell.
  void decide() {
    std::vector<Found> found = exact();
    std::nth_element(found.begin(), found.begin() + (k_ - 1), found.end());
    for (Index j = 0; j < k_; ++j) {
      upper_[j] = found[j].upper;
      candidate_[j] = found[j].point;
    }
    held_ = k_;
  }

  std::vector<Found> exact() const {
    std::vector<Found> found(static_cast<std::size_t>(held_));
    const Index d = x_.size(1);
    const Real* x = x_.data();
    for (Index j = 0; j < held_; ++j) {
      // The rows lie anywhere in memory: ask for one while the last few are worked on.
      if (j + 6 < held_)
        for (Index c = 0; c < std::min<Index>(d, 128); c += 16) __builtin_prefetch(x + candidate_[j + 6] * d + c);
      found[j] = {squared_distance(query_, x + candidate_[j] * d, d), candidate_[j], upper_[j]};
    }
    return found;
  }

  const Points& points_;
  const Tensor& x_;
  const Real* query_;
  Index k_, enough_;
  Real length_ = 0;
  Real limit_ = 0;  // no less than the score of the k-th nearest, and at least k candidates are bounded by it
  Index held_ = 0;
  std::vector<Real> upper_;
  std::vector<std::int32_t> candidate_;
  std::vector<std::int32_t> place_;  // of those kept, in a reduction
};

// self: query i is point i, which does not count.
Neighbors search(const Tensor& queries, const Tensor& x, Index k, bool self, const RowProgress& progress = {}) {
  const Points points(queries, x);
  const Index m = queries.size(0), d = x.size(1);
  Neighbors out{Indices(Shape{m, k}), Tensor({m, k})};
  Real* distance = out.distance.data();
  std::mutex telling;
  Index done = 0;
  parallel_for(m, kQueries, [&](Index begin, Index end) {
    const Index rows = end - begin;
    std::vector<Real> centred(static_cast<std::size_t>(rows * d)), scores(static_cast<std::size_t>(rows * kPoints));
    std::vector<Query> block;
    block.reserve(static_cast<std::size_t>(rows));
    for (Index i = 0; i < rows; ++i) {
      const Real* query = queries.data() + (begin + i) * d;
      block.emplace_back(points, x, query, k);
      block.back().set_length(points.centre(query, centred.data() + i * d));
    }
    for (Index b = 0; b < points.blocks(); ++b) {
      points.score(centred.data(), rows, b, scores.data());
      for (Index i = 0; i < rows; ++i) {
        if (self && (begin + i) / kPoints == b) scores[i * kPoints + (begin + i) % kPoints] = kNever;
        block[i].scan(scores.data() + i * kPoints, b);
      }
    }
    for (Index i = 0; i < rows; ++i)
      block[i].finish(out.index.values.data() + (begin + i) * k, distance + (begin + i) * k);
    if (!progress) return;
    const std::lock_guard one_at_a_time(telling);
    progress(done += rows, m);
  });
  return out;
}

}  // namespace

double squared_distance(const Real* a, const Real* b, Index d) {
  constexpr Index kLanes = 8;  // sums of every eighth coordinate: the compiler makes one vector of them
  double lanes[kLanes] = {};
  Index c = 0;
  for (; c + kLanes <= d; c += kLanes)
    for (Index l = 0; l < kLanes; ++l) {
      const double difference = static_cast<double>(a[c + l]) - static_cast<double>(b[c + l]);
      lanes[l] += difference * difference;
    }
  for (Index l = 0; c + l < d; ++l) {
    const double difference = static_cast<double>(a[c + l]) - static_cast<double>(b[c + l]);
    lanes[l] += difference * difference;
  }
  return ((lanes[0] + lanes[4]) + (lanes[1] + lanes[5])) + ((lanes[2] + lanes[6]) + (lanes[3] + lanes[7]));
}

Neighbors nearest_neighbors(const Tensor& x, Index k, const RowProgress& progress) {
  check_points("nearest_neighbors", "x", x, 2);
  const Index n = x.size(0);
  require(k >= 1 && k < n, "nearest_neighbors",
          "k is {} but must be from 1 to {}: x has {} points, and a point is not its own neighbour", k, n - 1, n);
  const Tensor points = x.contiguous();
  return search(points, points, k, true, progress);
}

Neighbors nearest_neighbors(const Tensor& queries, const Tensor& x, Index k) {
  check_points("nearest_neighbors", "x", x, 1);
  check_points("nearest_neighbors", "queries", queries, 0);
  const Index n = x.size(0);
  require(queries.size(1) == x.size(1), "nearest_neighbors",
          "queries are {} and x is {}; both must have the same number of columns", queries.shape(), x.shape());
  require(k >= 1 && k <= n, "nearest_neighbors", "k is {} but must be from 1 to {}, the number of points in x", k, n);
  return search(queries.contiguous(), x.contiguous(), k, false);
}

void check_neighbor_distances(std::string_view who, const Neighbors& neighbors) {
  const Index at = first_non_finite(neighbors.distance);
  if (at < 0) return;
  const Index k = neighbors.index.shape[1];
  require(false, who,
          "the distance from point {} to its neighbour {} is {}, and must be a finite float; hint: divide the points "
          "by a number such as 1e6",
          at / k, neighbors.index[at], neighbors.distance.at({at / k, at % k}));
}

}  // namespace gradfold
