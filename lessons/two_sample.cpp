#include "lessons/two_sample.h"

#include <algorithm>
#include <cmath>

#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tensor/matmul.h"
#include "tensor/reduce.h"

namespace gradfold {
namespace {

// |x_i - y_j| for all pairs, [N, M], by |x|^2 - 2 x.y + |y|^2.
Tensor pair_distances(const Tensor& x, const Tensor& y) {
  check_shape("pair_distances", "y", y.shape(), {"M", x.size(1)});
  const Tensor squares = sum(square(x), {1}, true) + sum(square(y), {1}) - matmul(x, y, {.transpose_b = true}) * Real{2};
  return sqrt(maximum(squares, Tensor::scalar(0)));
}

// The energy distance when rows in_x of the pool are x and the others y; `distances` [P, P] of the pool.
double energy(const Tensor& distances, const std::vector<char>& in_x) {
  const Index n = distances.size(0);
  double total[3] = {};  // within y, between, within x
  double pairs[3] = {};
  for (Index i = 0; i < n; ++i) {
    const Real* row = distances.data() + i * n;
    for (Index j = 0; j < i; ++j) {
      const int kind = in_x[i] + in_x[j];
      total[kind] += row[j];
      pairs[kind] += 1;
    }
  }
  return 2 * total[1] / pairs[1] - total[0] / pairs[0] - total[2] / pairs[2];
}

}  // namespace

std::vector<double> nearest_distances(const Tensor& x, const Tensor& reference) {
  const Tensor nearest = min(pair_distances(x, reference), {1});
  return {nearest.data(), nearest.data() + nearest.numel()};
}

double median(std::vector<double> values) {
  require(!values.empty(), "median", "there are no values");
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

EnergyTest energy_test(const Tensor& x, const Tensor& y, Rng& rng, Index permutations) {
  require(x.size(0) > 1 && y.size(0) > 1, "energy_test", "x has {} rows and y {}; both need two or more", x.size(0), y.size(0));
  const Tensor pool = concatenate({x, y}, 0);
  const Tensor distances = pair_distances(pool, pool);
  std::vector<char> in_x(static_cast<std::size_t>(pool.size(0)), 0);
  std::fill_n(in_x.begin(), x.size(0), 1);
  const double seen = energy(distances, in_x);
  Index as_far = 1;  // the cut that we saw is one of the possible ones
  for (Index p = 0; p < permutations; ++p) {
    const Indices order = rng.permutation(pool.size(0));
    for (Index i = 0; i < order.numel(); ++i) in_x[order[i]] = i < x.size(0);
    as_far += energy(distances, in_x) >= seen;
  }
  return {seen, static_cast<double>(as_far) / static_cast<double>(permutations + 1)};
}

Spread spread(const std::vector<double>& runs) {
  require(!runs.empty(), "spread", "there are no runs");
  double total = 0, squares = 0;
  for (const double v : runs) total += v;
  const double n = static_cast<double>(runs.size()), mean = total / n;
  for (const double v : runs) squares += (v - mean) * (v - mean);
  const auto [low, high] = std::minmax_element(runs.begin(), runs.end());
  return {mean, *low, *high, n > 1 ? std::sqrt(squares / (n - 1)) : 0};
}

}  // namespace gradfold
