#include "manifold/fuzzy_graph.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tensor/parallel.h"

namespace gradfold {
namespace {

constexpr double kLeastSigma = 1e-3;  // of the mean distance
// From 1 it takes 150 steps to the least float, 128 to the largest, and some 50 more until sigma's digits are known.
constexpr int kSigmaSteps = 256;

double distance_to(const Real* distance, Index k, double local_connectivity) {
  const Real* nonzero = std::upper_bound(distance, distance + k, Real(0));
  const Index there = distance + k - nonzero;
  if (there == 0) return 0;
  if (static_cast<double>(there) < local_connectivity) return nonzero[there - 1];
  const Index whole = static_cast<Index>(local_connectivity);
  const double rest = local_connectivity - static_cast<double>(whole);
  if (whole == 0) return rest * nonzero[0];
  if (rest <= 1e-5) return nonzero[whole - 1];
  return nonzero[whole - 1] + rest * (static_cast<double>(nonzero[whole]) - nonzero[whole - 1]);
}

}  // namespace

LocalScale smooth_knn(const Real* distance, Index k, Index n_neighbors, double local_connectivity,
                      double mean_of_all) {
  const double wanted = std::log2(static_cast<double>(n_neighbors));
  const double rho = distance_to(distance, k, local_connectivity);
  double low = 0, high = std::numeric_limits<double>::infinity(), sigma = 1;
  for (int step = 0; step < kSigmaSteps; ++step) {
    double sum = 0;
    for (Index j = 0; j < k; ++j) {
      const double beyond = distance[j] - rho;
      sum += beyond > 0 ? std::exp(-beyond / sigma) : 1;
    }
    if (std::abs(sum - wanted) < 1e-5) break;
    (sum > wanted ? high : low) = sigma;
    sigma = std::isinf(high) ? sigma * 2 : (low + high) / 2;
  }
  double mean = 0;  // the point itself, at 0, is one of n_neighbors
  for (Index j = 0; j < k; ++j) mean += distance[j] / static_cast<double>(k + 1);
  return {rho, std::max(sigma, kLeastSigma * (rho > 0 ? mean : mean_of_all))};
}

Tensor membership_strengths(const Tensor& distances, Index n_neighbors, double local_connectivity) {
  const Index n = distances.size(0), k = distances.size(1);
  const Tensor distance = distances.contiguous();
  const Real* d = distance.data();
  double mean = 0;
  for (Index i = 0; i < n * k; ++i) mean += d[i];
  mean /= static_cast<double>(n * (k + 1));
  Tensor strengths({n, k});
  Real* w = strengths.data();
  parallel_for(n, 256, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      const LocalScale scale = smooth_knn(d + i * k, k, n_neighbors, local_connectivity, mean);
      for (Index e = i * k; e < (i + 1) * k; ++e) {
        const double beyond = d[e] - scale.rho;
        w[e] = beyond <= 0 || scale.sigma <= 0 ? Real(1) : static_cast<Real>(std::exp(-beyond / scale.sigma));
      }
    }
  });
  return strengths;
}

SparseRows fuzzy_union(const Indices& index, const Tensor& strengths, double mix) {
  return symmetrized(index, strengths,
                     [mix](double a, double b) { return mix * (a + b - a * b) + (1 - mix) * a * b; });
}

void intersect_labels(SparseRows& graph, const Indices& labels, double target_weight) {
  const double unlike = target_weight < 1 ? std::exp(-2.5 / (1 - target_weight)) : 0, unknown = std::exp(-1.0);
  const Index n = graph.size();
  std::vector<Real> strongest(static_cast<std::size_t>(n), 0);
  for (Index i = 0; i < n; ++i)
    for (Index e = graph.start[i]; e < graph.start[i + 1]; ++e) {
      const std::int32_t a = labels[i], b = labels[graph.column[e]];
      if (a < 0 || b < 0)
        graph.value[e] *= static_cast<Real>(unknown);
      else if (a != b)
        graph.value[e] *= static_cast<Real>(unlike);
      strongest[i] = std::max(strongest[i], graph.value[e]);
    }
  for (Index i = 0; i < n; ++i)
    for (Index e = graph.start[i]; e < graph.start[i + 1]; ++e) {
      const Real w = graph.value[e];
      if (w <= 0) continue;
      const Real a = w / strongest[i], b = w / strongest[graph.column[e]];
      graph.value[e] = a + b - a * b;
    }
}

}  // namespace gradfold
