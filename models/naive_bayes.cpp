#include "models/naive_bayes.h"

#include <cmath>
#include <numbers>

#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tensor/matmul.h"
#include "tensor/parallel.h"
#include "tensor/reduce.h"

namespace gradfold {
namespace {

void check_fitted(std::string_view who, const Tensor& parameter, const Tensor& x, const Tensor& seen) {
  require(parameter.defined(), who, "it was not fitted; hint: call fit(x, y, classes) first");
  check_shape(who, "x", x.shape(), {"N", parameter.size(1)});
  if (seen.defined()) check_shape(who, "seen", seen.shape(), {parameter.size(1)});
}

Tensor seen_or_all(const Tensor& seen, Index d) { return seen.defined() ? seen : Tensor::ones({d}); }

}  // namespace

Tensor detail::class_means(const Tensor& x, const Indices& y, Index classes, std::vector<double>& counts) {
  counts.assign(static_cast<std::size_t>(classes), 0);
  for (Index i = 0; i < y.numel(); ++i) counts[y[i]] += 1;
  Tensor mean = matmul(one_hot(y, classes), x, {.transpose_a = true});
  for (Index k = 0; k < classes; ++k) {
    Tensor row = mean.select(0, k);
    scale_(row, static_cast<Real>(1 / std::max(counts[k], 1.0)));
  }
  return mean;
}

void BernoulliNaiveBayes::fit(const Tensor& x, const Indices& y, Index classes) {
  detail::check_labelled("BernoulliNaiveBayes", x, y, classes);
  std::vector<double> counts;
  probability = detail::class_means(x, y, classes, counts);
  const Index d = x.size(1);
  for (Index i = 0; i < probability.numel(); ++i) {
    Real& p = probability.data()[i];
    const double n = counts[i / d];
    p = static_cast<Real>((p * n + smoothing) / (n + 2 * smoothing));
  }
  log_prior = detail::log_prior(y, classes);
}

// sum_d x log p + (1 - x) log(1 - p) = sum_d log(1 - p) + x . (log p - log(1 - p)): one matrix product.
Tensor BernoulliNaiveBayes::log_joint(const Tensor& x, const Seen& seen) const {
  check_fitted("BernoulliNaiveBayes", probability, x, seen);
  const Tensor keep = seen_or_all(seen, x.size(1));
  const Tensor log_off = log(Real{1} - probability) * keep;
  const Tensor log_odds = log(probability) * keep - log_off;
  return linear(x, log_odds, sum(log_off, {1}) + log_prior);
}

Tensor BernoulliNaiveBayes::sample(Index n, std::int32_t y, Rng& rng) const {
  return rng.bernoulli(probability.select(0, y).unsqueeze(0).expand({n, probability.size(1)}).contiguous());
}

void GaussianNaiveBayes::fit(const Tensor& x, const Indices& y, Index classes) {
  detail::check_labelled("GaussianNaiveBayes", x, y, classes);
  std::vector<double> counts;
  mean = detail::class_means(x, y, classes, counts);
  const Tensor centred = x - index_select(mean, 0, y);
  variance = gradfold::mean(square(centred), {0}) + static_cast<Real>(variance_floor);
  log_prior = detail::log_prior(y, classes);
}

// sum_d -1/2 ((x - mean)^2 / variance + log(2 pi variance)), in double: differences of near-equal numbers
// over small variances would lose what float keeps.
Tensor GaussianNaiveBayes::log_joint(const Tensor& x, const Seen& seen) const {
  check_fitted("GaussianNaiveBayes", mean, x, seen);
  const Index d = x.size(1), classes = mean.size(0);
  const Tensor keep = seen_or_all(seen, d), rows = x.contiguous();
  std::vector<double> precision(static_cast<std::size_t>(d));
  double log_norm = 0;
  for (Index j = 0; j < d; ++j) {
    precision[j] = keep.data()[j] / variance.data()[j];
    log_norm -= keep.data()[j] * 0.5 * std::log(2 * std::numbers::pi * variance.data()[j]);
  }
  Tensor out(Shape{x.size(0), classes});
  parallel_for(x.size(0), 16, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      for (Index k = 0; k < classes; ++k) {
        const Real *xi = rows.data() + i * d, *mk = mean.data() + k * d;
        double distance = 0;
        for (Index j = 0; j < d; ++j) distance += (xi[j] - mk[j]) * (xi[j] - mk[j]) * precision[j];
        out.data()[i * classes + k] = static_cast<Real>(log_prior.data()[k] + log_norm - 0.5 * distance);
      }
    }
  });
  return out;
}

Tensor GaussianNaiveBayes::sample(Index n, std::int32_t y, Rng& rng) const {
  return mean.select(0, y) + sqrt(variance) * rng.normal({n, mean.size(1)});
}

}  // namespace gradfold
