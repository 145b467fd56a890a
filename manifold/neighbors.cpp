#include "manifold/neighbors.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "manifold/check_points.h"
#include "tensor/kernels/gemm.h"
#include "tensor/parallel.h"

namespace gradfold {
namespace {

constexpr Index kQueries = 112;  // a block of scores, 112 x 512, stays in the second cache
constexpr Index kPoints = 512;   // stored column by column, so that the product reads them in place
constexpr Index kGroup = 32;     // scores looked at together: most groups hold no candidate

constexpr Real kInfinity = std::numeric_limits<Real>::infinity();

// A point that may be among the k nearest: its score is at most `upper`.
struct Candidate {
  Real upper;
  std::int32_t point;
};

struct Found {
  double squared;
  std::int32_t point;
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

double largest_distance(const Tensor& x, const std::vector<Real>& from) {
  const Index d = x.size(1);
  double largest = 0;
  for (Index i = 0; i < x.size(0); ++i)
    largest = std::max(largest, squared_distance(x.data() + i * d, from.data(), d));
  return std::sqrt(largest);
}

// What all queries share: the points centred and scaled to lie within the unit ball, so that rounding is relative to
// how far apart they are and not to where they are, and in blocks.
class Points {
 public:
  Points(const Tensor& queries, const Tensor& x)
      : n_(x.size(0)), d_(x.size(1)), blocks_((n_ + kPoints - 1) / kPoints), mean_(mean_of(x)),
        columns_({blocks_, d_, kPoints}), half_square_({blocks_, kPoints}), reach_(static_cast<std::size_t>(blocks_)) {
    double largest = largest_distance(x, mean_);
    if (queries.data() != x.data()) largest = std::max(largest, largest_distance(queries, mean_));
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
    gemm({.m = rows, .n = kPoints, .k = d_, .a = queries, .lda = d_, .b = columns_.data() + block * d_ * kPoints,
          .ldb = kPoints, .c = scores, .ldc = kPoints, .alpha = -1, .col_bias = half_square_.data() + block * kPoints});
  }

  // How far such a score may be from the truth. A sum of d products is off by at most d u sum |q_c x_c|, u half the
  // distance from 1 to the next number (Higham 2002, section 3.1), and |q||x| is at least that sum; rounding of the
  // factors, of |x|^2 / 2 and of the last addition is a few u more. Doubled, for the arithmetic on bounds itself.
  Real margin(Real length, Index block) const {
    const Real u = std::numeric_limits<Real>::epsilon() / 2, r = reach_[block];
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

// The search for one query.
class Query {
 public:
  Query(const Points& points, const Tensor& x, const Real* query, Index self, Index k)
      : points_(points), x_(x), query_(query), self_(self), k_(k), candidates_(2 * k + 256 + kGroup) {}

  void set_length(Real length) { length_ = length; }

  // Candidates among a block's scores.
  void scan(const Real* scores, Index block) {
    const Real margin = points_.margin(length_, block);
    const Index count = points_.count(block);
    for (Index at = 0; at < count; at += kGroup) {
      const Real limit = limit_ + margin;
      const Index end = std::min(kGroup, count - at);
      int below = 0;
      for (Index j = 0; j < kGroup; ++j) below += scores[at + j] <= limit;
      if (below == 0) continue;
      for (Index j = 0; j < end; ++j) {
        const Index point = block * kPoints + at + j;
        candidates_[held_] = {scores[at + j] + margin, static_cast<std::int32_t>(point)};
        held_ += (scores[at + j] <= limit) & (point != self_);
      }
      if (held_ + kGroup > static_cast<Index>(candidates_.size())) compact();
    }
  }

  void finish(std::int32_t* index, Real* distance) {
    std::vector<Found> found = exact();
    std::partial_sort(found.begin(), found.begin() + k_, found.end());
    for (Index j = 0; j < k_; ++j) {
      index[j] = found[j].point;
      distance[j] = static_cast<Real>(std::sqrt(found[j].squared));
    }
  }

 private:
  Real lower(const Candidate& c) const { return c.upper - 2 * points_.margin(length_, c.point / kPoints); }

  // Drops whoever is surely not among the k nearest: k others are surely nearer.
  void compact() {
    const auto begin = candidates_.begin();
    std::nth_element(begin, begin + (k_ - 1), begin + held_,
                     [](const Candidate& a, const Candidate& b) { return a.upper < b.upper; });
    limit_ = std::min(limit_, candidates_[k_ - 1].upper);
    const auto kept = std::partition(begin + k_, begin + held_, [&](const Candidate& c) { return lower(c) <= limit_; });
    held_ = kept - begin;
    if (held_ + kGroup > static_cast<Index>(candidates_.size())) decide();
  }

  // Too many are within rounding of one another (duplicates): only their distances can tell.
  void decide() {
    std::vector<Found> found = exact();
    std::nth_element(found.begin(), found.begin() + (k_ - 1), found.end());
    for (Index j = 0; j < k_; ++j) candidates_[j] = {limit_, found[j].point};
    held_ = k_;
  }

  std::vector<Found> exact() {
    std::vector<Found> found(static_cast<std::size_t>(held_));
    const Index d = x_.size(1);
    for (Index j = 0; j < held_; ++j) {
      const std::int32_t point = candidates_[j].point;
      found[j] = {squared_distance(query_, x_.data() + point * d, d), point};
    }
    return found;
  }

  const Points& points_;
  const Tensor& x_;
  const Real* query_;
  Index self_, k_;
  Real length_ = 0;
  Real limit_ = kInfinity;  // the k-th nearest has at most this score
  Index held_ = 0;
  std::vector<Candidate> candidates_;
};

// self: query i is point i, which does not count.
Neighbors search(const Tensor& queries, const Tensor& x, Index k, bool self) {
  const Points points(queries, x);
  const Index m = queries.size(0), d = x.size(1);
  Neighbors out{Indices(Shape{m, k}), Tensor({m, k})};
  Real* distance = out.distance.data();
  parallel_for(m, kQueries, [&](Index begin, Index end) {
    const Index rows = end - begin;
    std::vector<Real> centred(static_cast<std::size_t>(rows * d)), scores(static_cast<std::size_t>(rows * kPoints));
    std::vector<Query> block;
    block.reserve(static_cast<std::size_t>(rows));
    for (Index i = 0; i < rows; ++i) {
      const Real* query = queries.data() + (begin + i) * d;
      block.emplace_back(points, x, query, self ? begin + i : -1, k);
      block.back().set_length(points.centre(query, centred.data() + i * d));
    }
    for (Index b = 0; b < points.blocks(); ++b) {
      points.score(centred.data(), rows, b, scores.data());
      for (Index i = 0; i < rows; ++i) block[i].scan(scores.data() + i * kPoints, b);
    }
    for (Index i = 0; i < rows; ++i)
      block[i].finish(out.index.values.data() + (begin + i) * k, distance + (begin + i) * k);
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

Neighbors nearest_neighbors(const Tensor& x, Index k) {
  check_points("nearest_neighbors", "x", x, 2);
  const Index n = x.size(0);
  require(k >= 1 && k < n, "nearest_neighbors",
          "k is {} but must be from 1 to {}: x has {} points, and a point is not its own neighbour", k, n - 1, n);
  const Tensor points = x.contiguous();
  return search(points, points, k, true);
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

}  // namespace gradfold
