#include "manifold/groups.h"

#include <algorithm>
#include <cmath>

#include "manifold/check_points.h"
#include "manifold/neighbors.h"

namespace gradfold {

double Groups::distance(Index a, Index b) const {
  require(a >= 0 && a < count() && b >= 0 && b < count(), "Groups", "groups {} and {} were asked for, but there are {}",
          a, b, count());
  const Index d = centre.size(1);
  return std::sqrt(squared_distance(centre.data() + a * d, centre.data() + b * d, d));
}

std::vector<double> Groups::distances() const {
  std::vector<double> out;
  for (Index a = 0; a < count(); ++a)
    for (Index b = a + 1; b < count(); ++b) out.push_back(distance(a, b));
  return out;
}

Groups groups(const Tensor& points, const Indices& labels) {
  check_points("groups", "x", points, 1);
  const Tensor x = points.contiguous();
  const Index n = x.size(0), d = x.size(1);
  require(labels.numel() == n, "groups", "there are {} labels for {} points; each point needs one", labels.numel(), n);
  const auto [low, high] = std::minmax_element(labels.values.begin(), labels.values.end());
  require(*low >= 0, "groups", "label {} is negative; groups are numbered from 0", *low);
  const Index k = *high + 1;
  std::vector<double> sum(static_cast<std::size_t>(k * d), 0.0), size(static_cast<std::size_t>(k), 0.0);
  for (Index i = 0; i < n; ++i) {
    ++size[labels[i]];
    for (Index c = 0; c < d; ++c) sum[labels[i] * d + c] += x.data()[i * d + c];
  }
  Groups out{Tensor({k, d}), std::vector<double>(static_cast<std::size_t>(k), 0.0)};
  for (Index g = 0; g < k; ++g) {
    require(size[g] > 0, "groups", "no point has label {}, but one has {}; groups are numbered without gaps", g,
            *high);
    for (Index c = 0; c < d; ++c) out.centre.data()[g * d + c] = static_cast<Real>(sum[g * d + c] / size[g]);
  }
  for (Index i = 0; i < n; ++i) {
    const Index g = labels[i];
    out.spread[g] += squared_distance(x.data() + i * d, out.centre.data() + g * d, d) / size[g];
  }
  for (double& v : out.spread) v = std::sqrt(v);
  return out;
}

}  // namespace gradfold
