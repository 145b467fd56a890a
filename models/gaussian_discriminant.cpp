#include "models/gaussian_discriminant.h"

#include <cmath>
#include <numbers>

#include "models/naive_bayes.h"
#include "tensor/cholesky.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tensor/matmul.h"
#include "tensor/reduce.h"

namespace gradfold {
namespace {

Tensor shrunk_covariance(const Tensor& centred, double samples, double shrinkage) {
  const Tensor s = matmul(centred, centred, {.transpose_a = true}) / static_cast<Real>(std::max(samples, 1.0));
  const Index d = s.size(0);
  double trace = 0;
  for (Index i = 0; i < d; ++i) trace += s.at({i, i});
  Tensor out = s * static_cast<Real>(1 - shrinkage);
  for (Index i = 0; i < d; ++i) {
    out.data()[i * d + i] += static_cast<Real>(shrinkage * trace / static_cast<double>(d));
  }
  return out;
}

Indices positions_of_ones(const Tensor& seen) {
  Indices out;
  for (Index i = 0; i < seen.numel(); ++i) {
    if (seen.data()[i] != 0) out.values.push_back(static_cast<std::int32_t>(i));
  }
  out.shape = {static_cast<Index>(out.values.size())};
  return out;
}

Indices rows_of_class(const Indices& y, std::int32_t k) {
  Indices out;
  for (Index i = 0; i < y.numel(); ++i) {
    if (y[i] == k) out.values.push_back(static_cast<std::int32_t>(i));
  }
  out.shape = {static_cast<Index>(out.values.size())};
  return out;
}

}  // namespace

GaussianDiscriminant::Factor GaussianDiscriminant::factor(const Tensor& covariance) {
  Factor out{cholesky(covariance), {}, 0};
  out.inverse = lower_inverse(out.l);
  for (Index i = 0; i < out.l.size(0); ++i) out.log_det += std::log(static_cast<double>(out.l.at({i, i})));
  return out;
}

void GaussianDiscriminant::fit(const Tensor& x, const Indices& y, Index classes) {
  detail::check_labelled("GaussianDiscriminant", x, y, classes);
  std::vector<double> counts;
  mean = detail::class_means(x, y, classes, counts);
  log_prior = detail::log_prior(y, classes);
  const Tensor centred = x - index_select(mean, 0, y);
  covariance.clear();
  factors_.clear();
  if (config.shared_covariance) {
    covariance.push_back(shrunk_covariance(centred, static_cast<double>(y.numel()), config.shrinkage));
  } else {
    for (Index k = 0; k < classes; ++k) {
      const Indices rows = rows_of_class(y, static_cast<std::int32_t>(k));
      require(rows.numel() > 1, "GaussianDiscriminant",
              "class {} has {} samples; its covariance needs two or more", k, rows.numel());
      covariance.push_back(shrunk_covariance(index_select(centred, 0, rows), counts[k], config.shrinkage));
    }
  }
  for (const Tensor& c : covariance) factors_.push_back(factor(c));
}

// log N(x; mean, L L^T) = -1/2 |L^-1 (x - mean)|^2 - log |L| - D/2 log 2 pi.
Tensor GaussianDiscriminant::joint(const Tensor& x, const Tensor& mean,
                                   const std::vector<Factor>& factors) const {
  const Index n = x.size(0), d = x.size(1), classes = mean.size(0);
  Tensor out(Shape{n, classes}), z;
  for (Index k = 0; k < classes; ++k) {
    const Factor& f = factors[factors.size() == 1 ? 0 : k];
    if (k == 0 || factors.size() > 1) z = matmul(x, f.inverse, {.transpose_b = true});
    const Tensor centre = matmul(mean.slice(0, k, k + 1), f.inverse, {.transpose_b = true});
    const Tensor distance = sum(square(z - centre), {1});
    const double constant =
        log_prior.data()[k] - f.log_det - 0.5 * static_cast<double>(d) * std::log(2 * std::numbers::pi);
    for (Index i = 0; i < n; ++i) {
      out.data()[i * classes + k] = static_cast<Real>(constant - 0.5 * distance.data()[i]);
    }
  }
  return out;
}

void GaussianDiscriminant::check_fitted() const {
  require(!factors_.empty(), "GaussianDiscriminant", "it was not fitted; hint: call fit(x, y, classes) first");
}

Tensor GaussianDiscriminant::log_joint(const Tensor& x, const Seen& seen) const {
  check_fitted();
  check_shape("GaussianDiscriminant", "x", x.shape(), {"N", mean.size(1)});
  if (!seen.defined()) return joint(x, mean, factors_);
  check_shape("GaussianDiscriminant", "seen", seen.shape(), {mean.size(1)});
  const Indices kept = positions_of_ones(seen);
  std::vector<Factor> marginal;
  for (const Tensor& c : covariance)
    marginal.push_back(factor(index_select(index_select(c, 0, kept), 1, kept)));
  return joint(index_select(x, 1, kept), index_select(mean, 1, kept), marginal);
}

Tensor GaussianDiscriminant::sample(Index n, std::int32_t y, Rng& rng) const {
  check_fitted();
  require(y >= 0 && y < mean.size(0), "GaussianDiscriminant", "class {} was asked for but it knows 0..{}", y,
          mean.size(0) - 1);
  const Factor& f = factors_[factors_.size() == 1 ? 0 : y];
  return mean.select(0, y) + matmul(rng.normal({n, mean.size(1)}), f.l, {.transpose_b = true});
}

}  // namespace gradfold
