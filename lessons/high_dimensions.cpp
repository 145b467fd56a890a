#include "lessons/high_dimensions.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "lessons/two_sample.h"
#include "manifold/neighbors.h"
#include "tensor/elementwise.h"
#include "tensor/parallel.h"
#include "tensor/reduce.h"

namespace gradfold {

double ball_volume(double d) { return std::pow(std::numbers::pi, d / 2) / std::tgamma(d / 2 + 1); }

double points_needed(Index d, double r, Index trials, const Rng& rng) {
  return ordered_sum(trials, 16, [&](Index begin, Index end) {
    double drawn = 0;
    for (Index trial = begin; trial < end; ++trial) {
      Rng own = rng.fork(static_cast<std::uint64_t>(trial));
      for (bool near = false; !near; ++drawn) {
        double square = 0;
        for (Index k = 0; k < d && square <= r * r; ++k) {  // the first few coordinates mostly settle it
          const double x = own.uniform() - 0.5;
          square += x * x;
        }
        near = square <= r * r;
      }
    }
    return drawn;
  }) / static_cast<double>(trials);
}

VolumeShares volume_shares(Index d, Index n, Rng rng) {
  const Tensor from_middle = abs(rng.uniform({n, d}, -1, 1));
  const Tensor radius2 = sum(square(from_middle), {1}), farthest = max(from_middle, {1});
  const auto count = [](const Tensor& x, double low, double high) {
    return std::count_if(x.data(), x.data() + x.numel(), [=](Real v) { return v > low && v <= high; });
  };
  const double all = static_cast<double>(n), inside = static_cast<double>(count(radius2, -1, 1));
  return {inside / all, static_cast<double>(count(farthest, 0.9, 1)) / all,
          static_cast<double>(count(radius2, 0.81, 1)) / std::max(1.0, inside), static_cast<Index>(inside)};
}

Tensor sorted_distances(const Tensor& queries, const Tensor& points) {
  return nearest_neighbors(queries, points, points.size(0)).distance;
}

double relative_contrast(const Tensor& sorted) {
  std::vector<double> of_query;
  for (Index i = 0; i < sorted.size(0); ++i) {
    const double nearest = sorted.at({i, 0}), farthest = sorted.at({i, sorted.size(1) - 1});
    of_query.push_back((farthest - nearest) / nearest);
  }
  return median(std::move(of_query));
}

}  // namespace gradfold
