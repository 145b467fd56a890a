#include "manifold/intrinsic_dimension.h"

#include <algorithm>
#include <cmath>

#include "manifold/check_option.h"
#include "manifold/check_points.h"
#include "tensor/indexing.h"

namespace gradfold {
namespace {

// Of points that are equal the first alone counts.
Neighbors neighbors_of(std::string_view who, const Tensor& x, Index k) {
  check_points(who, "x", x, 3);
  const Index n = x.size(0);
  check_option(k < n, who, "k2 is {} but there are {} points; it must be from 2 to {}", k, n, n - 1);
  const Neighbors all = nearest_neighbors(x, k);
  Indices different(Shape{0});
  for (Index i = 0; i < n; ++i) {  // a duplicate's nearest is the first of its equals, at distance 0
    const bool again = all.distance.data()[i * k] == 0 && all.index[i * k] < i;
    if (!again) different.values.push_back(static_cast<std::int32_t>(i));
  }
  const Index left = static_cast<Index>(different.values.size());
  if (left == n) return all;
  require(k < left, who,
          "{} neighbours of each point are needed but only {} of the {} points are different; hint: more points", k,
          left, n);
  different.shape = {left};
  return nearest_neighbors(index_select(x, 0, different), k);
}

void check_range(std::string_view who, Index k1, Index k2) {
  check_option(2 <= k1 && k1 <= k2, who, "k1 is {} and k2 is {}; 2 <= k1 <= k2 is needed", k1, k2);
}

// Neighbours that are given.
void check(std::string_view who, const Neighbors& near, Index k) {
  check_points(who, "the neighbours' distance", near.distance, 1);
  check_option(k <= near.distance.size(1), who, "{} neighbours of each point are needed but {} are known", k,
               near.distance.size(1));
}

// 1 / m_k of every point but duplicates; 0 of one whose k nearest are all equally far.
std::vector<double> inverse_dimensions(const Neighbors& near, Index k, std::string_view who) {
  const Index n = near.distance.size(0), known = near.distance.size(1);
  std::vector<double> out;
  for (Index i = 0; i < n; ++i) {
    const Real* t = near.distance.data() + i * known;
    if (!(t[0] > 0)) continue;
    double sum = 0;
    for (Index j = 0; j + 1 < k; ++j) sum += std::log(static_cast<double>(t[k - 1]) / t[j]);
    out.push_back(sum / static_cast<double>(k - 1));
  }
  require(!out.empty(), who, "every point has a duplicate among its neighbours; hint: remove duplicates");
  require(std::any_of(out.begin(), out.end(), [](double inverse) { return inverse > 0; }), who,
          "the {} nearest neighbours of every point are equally far, which says nothing of a dimension; hint: a larger "
          "k1, or data that vary without steps", k);
  return out;
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

// The mean of dimension(k) over k1..k2.
template <class F>
double over_k(Index k1, Index k2, F dimension) {
  double sum = 0;
  for (Index k = k1; k <= k2; ++k) sum += dimension(k);
  return sum / static_cast<double>(k2 - k1 + 1);
}

}  // namespace

double two_nn(const Tensor& x, double discard) { return two_nn(neighbors_of("two_nn", x, 2), discard); }

double two_nn(const Neighbors& near, double discard) {
  check("two_nn", near, 2);
  check_option(discard >= 0 && discard < 1, "two_nn", "discard is {} but must be at least 0 and below 1", discard);
  std::vector<double> log_mu;
  for (Index i = 0; i < near.index.shape[0]; ++i) {
    const Real* t = near.distance.data() + i * near.index.shape[1];
    if (t[0] > 0) log_mu.push_back(std::log(static_cast<double>(t[1]) / t[0]));
  }
  std::sort(log_mu.begin(), log_mu.end());
  const double n = static_cast<double>(log_mu.size());
  // The last has F = 1, where the line has no point.
  const Index kept = std::min(static_cast<Index>((1 - discard) * n), static_cast<Index>(n) - 1);
  double xy = 0, xx = 0;
  for (Index i = 0; i < kept; ++i) {
    const double y = -std::log(1 - static_cast<double>(i + 1) / n);
    xy += log_mu[i] * y, xx += log_mu[i] * log_mu[i];
  }
  require(xx > 0, "two_nn", "of {} points {} have no duplicate, and none two neighbours at different distances; hint: "
          "remove duplicates", near.index.shape[0], log_mu.size());
  return xy / xx;
}

double levina_bickel(const Tensor& x, Index k1, Index k2) {
  check_range("levina_bickel", k1, k2);
  return levina_bickel(neighbors_of("levina_bickel", x, k2), k1, k2);
}

double levina_bickel(const Neighbors& near, Index k1, Index k2) {
  check_range("levina_bickel", k1, k2);
  check("levina_bickel", near, k2);
  return over_k(k1, k2, [&](Index k) {
    std::vector<double> dimensions;
    for (const double inverse : inverse_dimensions(near, k, "levina_bickel"))
      if (inverse > 0) dimensions.push_back(1 / inverse);  // of the others m_k has no bound
    return mean(dimensions);
  });
}

double mackay_ghahramani(const Tensor& x, Index k1, Index k2) {
  check_range("mackay_ghahramani", k1, k2);
  return mackay_ghahramani(neighbors_of("mackay_ghahramani", x, k2), k1, k2);
}

double mackay_ghahramani(const Neighbors& near, Index k1, Index k2) {
  check_range("mackay_ghahramani", k1, k2);
  check("mackay_ghahramani", near, k2);
  return over_k(k1, k2, [&](Index k) { return 1 / mean(inverse_dimensions(near, k, "mackay_ghahramani")); });
}

}  // namespace gradfold
