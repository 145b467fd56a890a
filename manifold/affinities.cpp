#include "manifold/affinities.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "tensor/parallel.h"

namespace gradfold {
namespace {

// p of a beta, not yet normalised; returns the entropy ln S + beta sum(d p) / S, S = sum p.
double weigh(const double* d, Index k, double nearest, double beta, double* p, double& total) {
  double weighted = 0;
  total = 0;
  for (Index j = 0; j < k; ++j) {
    const double offset = d[j] - nearest;  // so that the largest p is 1 and nothing underflows to 0 / 0
    p[j] = std::exp(-beta * offset);
    total += p[j];
    weighted += offset * p[j];
  }
  return std::log(total) + beta * weighted / total;
}

}  // namespace

double conditional_probabilities(const double* d, Index k, double perplexity, double* p) {
  const double wanted = std::log(perplexity), nearest = *std::min_element(d, d + k);
  double mean = 0;
  for (Index j = 0; j < k; ++j) mean += (d[j] - nearest) / static_cast<double>(k);
  double low = 0, high = std::numeric_limits<double>::infinity(), total = 1;
  double beta = mean > 0 ? 1 / mean : 1;  // whatever the unit of the distances
  for (int step = 0; step < 100; ++step) {
    const double excess = weigh(d, k, nearest, beta, p, total) - wanted;
    if (std::abs(excess) <= 1e-5) break;
    (excess > 0 ? low : high) = beta;
    beta = std::isinf(high) ? beta * 2 : (low + high) / 2;
  }
  for (Index j = 0; j < k; ++j) p[j] /= total;
  return beta;
}

SparseRows joint_probabilities(const Neighbors& neighbors, double perplexity) {
  const Index n = neighbors.index.shape[0], k = neighbors.index.shape[1];
  Tensor p({n, k});
  Real* out = p.data();
  parallel_for(n, 64, [&](Index begin, Index end) {
    std::vector<double> squared(static_cast<std::size_t>(k)), row(squared.size());
    for (Index i = begin; i < end; ++i) {
      const Real* distance = neighbors.distance.data() + i * k;
      for (Index j = 0; j < k; ++j) squared[j] = static_cast<double>(distance[j]) * distance[j];
      conditional_probabilities(squared.data(), k, perplexity, row.data());
      std::copy(row.begin(), row.end(), out + i * k);
    }
  });
  const double scale = 1 / (2 * static_cast<double>(n));
  return symmetrized(neighbors.index, p, [scale](double a, double b) { return (a + b) * scale; }, kAffinityLanes);
}

}  // namespace gradfold
