#include "models/sample_measures.h"

#include <algorithm>
#include <cmath>

#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tensor/matmul.h"
#include "tensor/reduce.h"

namespace gradfold {
namespace {

double median_above_diagonal(const Tensor& distances) {
  const Index n = distances.size(0);
  std::vector<Real> all;
  for (Index i = 0; i < n; ++i)
    all.insert(all.end(), distances.data() + i * n + i + 1, distances.data() + (i + 1) * n);
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  std::nth_element(all.begin(), middle, all.end());
  return *middle;
}

// With sample i in x where side[i] is 1, else in y.
double squared_discrepancy(const Tensor& kernel, const std::vector<double>& side, double n, double m) {
  const Index all = kernel.size(0);
  double xx = 0, yy = 0, xy = 0;
  for (Index i = 0; i < all; ++i) {
    const Real* row = kernel.data() + i * all;
    double to_x = 0, to_all = 0;
    for (Index j = 0; j < all; ++j) to_x += row[j] * side[static_cast<std::size_t>(j)], to_all += row[j];
    const double self = row[i];
    if (side[static_cast<std::size_t>(i)] > 0) xx += to_x - self, xy += to_all - to_x;
    else yy += to_all - to_x - self;
  }
  return xx / (n * (n - 1)) + yy / (m * (m - 1)) - 2 * xy / (n * m);
}

}  // namespace

Tensor pair_distances(const Tensor& x, const Tensor& y) {
  check_shape("pair_distances", "x", x.shape(), {"N", "D"});
  check_shape("pair_distances", "y", y.shape(), {"M", x.size(1)});
  // |a|^2 - 2 a.b + |b|^2, which rounding may bring below 0; the less, the nearer all points are to 0.
  const Tensor centre = mean(y, {0}, true), a = x - centre, b = y - centre;
  const Tensor squares =
      sum(square(a), {1}, true) + sum(square(b), {1}) - matmul(a, b, {.transpose_b = true}) * Real{2};
  return sqrt(maximum(squares, Tensor::scalar(0)));
}

Nearest nearest(const Tensor& x, const Tensor& reference) {
  const Tensor distances = pair_distances(x, reference), least = min(distances, {1});
  return {{least.data(), least.data() + least.numel()}, argmax(-distances, 1)};
}

Discrepancy discrepancy(const Tensor& x, const Tensor& y, Rng rng, Index permutations) {
  require(x.size(0) > 1 && y.size(0) > 1, "discrepancy", "x has {} rows and y {}; both need two or more", x.size(0),
          y.size(0));
  const Tensor pooled = concatenate({x, y}, 0);
  const Tensor distances = pair_distances(pooled, pooled);
  const double width = median_above_diagonal(distances);
  require(width > 0, "discrepancy", "more than half of all pairs of samples are equal, so the kernel has no width");
  const Tensor kernel = exp(square(distances) * static_cast<Real>(-1 / (2 * width * width)));
  const double n = static_cast<double>(x.size(0)), m = static_cast<double>(y.size(0));
  std::vector<double> side(static_cast<std::size_t>(pooled.size(0)));
  std::fill_n(side.begin(), x.size(0), 1.0);
  const double found = squared_discrepancy(kernel, side, n, m);
  Index as_much = 1;  // the division that was given is one of them
  for (Index i = 0; i < permutations; ++i) {
    const Indices order = rng.permutation(pooled.size(0));
    std::vector<double> shuffled(side.size());
    for (Index j = 0; j < order.numel(); ++j)
      shuffled[static_cast<std::size_t>(order[j])] = side[static_cast<std::size_t>(j)];
    as_much += squared_discrepancy(kernel, shuffled, n, m) >= found;
  }
  return {found, static_cast<double>(as_much) / static_cast<double>(permutations + 1), width};
}

ClassVerdict class_verdict(const Tensor& log_posterior) {
  check_shape("class_verdict", "log_posterior", log_posterior.shape(), {"N", "K"});
  const Tensor p = exp(log_posterior), often = mean(p, {0});
  ClassVerdict out{.doubt = -sum(where(greater(p, Tensor::scalar(0)), p * log_posterior, Tensor::scalar(0))).item() /
                            static_cast<double>(p.size(0)),
                   .variety = 0,
                   .confident = mean(greater(max(p, {1}), Tensor::scalar(Real(0.9)))).item()};
  for (const Real share : often.to_vector()) out.variety -= share > 0 ? share * std::log(share) : 0;
  return out;
}

}  // namespace gradfold
