#include "lessons/two_sample.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "models/net_classifier.h"
#include "tensor/indexing.h"

namespace gradfold {
namespace {

// Rows of x whose number leaves `fold` (or, with `others`, does not leave it) when divided by kFolds.
constexpr Index kFolds = 3;
Tensor rows_of_fold(const Tensor& x, Index fold, bool others) {
  std::vector<Tensor> rows;
  for (Index i = 0; i < x.size(0); ++i) {
    if ((i % kFolds == fold) != others) rows.push_back(x.slice(0, i, i + 1));
  }
  return concatenate(rows, 0);
}

Indices zeros_then_ones(Index zeros, Index ones) {
  Indices out(Shape{zeros + ones});
  std::fill(out.values.begin() + zeros, out.values.end(), 1);
  return out;
}

}  // namespace

std::vector<std::size_t> likeliest_first(const std::vector<double>& p) {
  std::vector<std::size_t> out(p.size());
  std::iota(out.begin(), out.end(), std::size_t{0});
  std::stable_sort(out.begin(), out.end(), [&](std::size_t a, std::size_t b) { return p[a] > p[b]; });
  return out;
}

double misplaced(const std::vector<double>& p, const std::vector<double>& share) {
  require(p.size() == share.size(), "misplaced", "there are {} probabilities but {} shares", p.size(), share.size());
  const std::vector<std::size_t> ranked = likeliest_first(p);
  double apart = 0;
  for (std::size_t first = 0; first < p.size(); first = 2 * first + 1) {  // groups of 1, 2, 4, ...
    double missing = 0;
    for (std::size_t i = first; i < std::min(2 * first + 1, p.size()); ++i)
      missing += p[ranked[i]] - share[ranked[i]];
    apart += std::abs(missing) / 2;
  }
  return apart;
}

double median(std::vector<double> values) {
  require(!values.empty(), "median", "there are no values");
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double quantile(std::vector<double> values, double share) {
  require(!values.empty(), "quantile", "there are no values");
  require(share >= 0 && share <= 1, "quantile", "share is {} but must be 0 to 1", share);
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

Verdict judge(const Tensor& a, const Tensor& b, std::uint64_t seed) {
  require(a.size(0) >= kFolds && b.size(0) >= kFolds, "judge", "a has {} rows and b {}; both need {} or more",
          a.size(0), b.size(0), kFolds);
  double hits = 0, asked = 0;
  for (Index fold = 0; fold < kFolds; ++fold) {
    const Tensor learn_a = rows_of_fold(a, fold, true), learn_b = rows_of_fold(b, fold, true);
    const Tensor ask_a = rows_of_fold(a, fold, false), ask_b = rows_of_fold(b, fold, false);
    ConvClassifier net({a.size(1), a.size(2), a.size(3)},
                       {.steps = 150, .batch = 64, .lr = 3e-3, .penalty = Real(1e-3), .seed = seed});
    net.fit(concatenate({learn_a, learn_b}, 0).flatten(1), zeros_then_ones(learn_a.size(0), learn_b.size(0)),
            2);
    const double n = static_cast<double>(ask_a.size(0) + ask_b.size(0));
    hits += n * net.accuracy(concatenate({ask_a, ask_b}, 0).flatten(1),
                             zeros_then_ones(ask_a.size(0), ask_b.size(0)));
    asked += n;
  }
  // Guessing hits half, give or take sqrt(asked) / 2: the normal approximation.
  const double z = (hits - 0.5 - asked / 2) / (std::sqrt(asked) / 2);
  return {hits / asked, 0.5 * std::erfc(z / std::sqrt(2.0))};
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
