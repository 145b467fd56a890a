#include "models/elbo.h"

#include <cmath>

#include <fmt/format.h>

#include "autograd/ops.h"
#include "nn/losses.h"

namespace gradfold {
namespace {

void check_posterior(const char* who, const Posterior& q, const Tensor& noise) {
  check_shape(who, "mean", q.mean.shape(), {"N", "D"});
  require(q.log_var.shape() == q.mean.shape() && noise.shape() == q.mean.shape(), who,
          "mean is {}, log_var {} and noise {}; the shapes must be equal", q.mean.shape(), q.log_var.shape(),
          noise.shape());
}

}  // namespace

Var reparameterize(const Posterior& q, const Tensor& noise) {
  check_posterior("reparameterize", q, noise);
  return q.mean + exp(q.log_var * Real(0.5)) * Var(noise);
}

Var kl_to_prior(const Posterior& q, const Tensor& noise, KlEstimate how) {
  if (how == KlEstimate::kAnalytic) return kl_to_standard_normal(q.mean, q.log_var, Reduction::kNone);
  return (square(reparameterize(q, noise)) - q.log_var - Var(square(noise))) * Real(0.5);
}

Var kl(const Posterior& q, const Posterior& p) {
  require(q.mean.shape() == p.mean.shape() && q.log_var.shape() == p.log_var.shape() &&
              q.mean.shape() == q.log_var.shape(),
          "kl", "q's mean is {} and log_var {}, p's {} and {}; the four must be equal", q.mean.shape(),
          q.log_var.shape(), p.mean.shape(), p.log_var.shape());
  const Var apart = q.log_var - p.log_var;
  return (exp(apart) + square(q.mean - p.mean) * exp(-p.log_var) - apart - Real(1)) * Real(0.5);
}

Var KlWeight::operator()(const Var& kl) const {
  return gamma > 0 ? abs(kl - capacity) * gamma : kl * beta;
}

Var iwae_bound(const Var& log_weights) {
  check_shape("iwae_bound", "log_weights", log_weights.shape(), {"N", "K"});
  return logsumexp(log_weights, 1) - static_cast<Real>(std::log(static_cast<double>(log_weights.size(1))));
}

Tensor iwae_bound(const Tensor& log_weights, Index k) {
  check_shape("iwae_bound", "log_weights", log_weights.shape(), {"N", "K"});
  const Index n = log_weights.size(0), groups = k > 0 ? log_weights.size(1) / k : 0;
  require(groups > 0, "iwae_bound", "K is {} but must be from 1 to the {} weights that each image has", k,
          log_weights.size(1));
  const Tensor grouped = log_weights.slice(1, 0, groups * k).contiguous().reshape({n, groups, k});
  return mean(logsumexp(grouped, 2) - static_cast<Real>(std::log(static_cast<double>(k))), {1});
}

Tensor active_units(const Tensor& means, Real threshold) {
  check_shape("active_units", "means", means.shape(), {"N", "D"});
  return greater(mean(square(means - mean(means, {0}, /*keepdim=*/true)), {0}), Tensor::scalar(threshold));
}

std::string collapse_warning(double kl_nats, Index latents, double active) {
  if (kl_nats >= 0.1 && active > 0) return {};
  const std::string what = kl_nats < 0.1 ? fmt::format("carry {:.3f} nats together", kl_nats)
                                         : std::string("are the same for every image");
  return fmt::format(
      "posterior collapse: the {} latents {}, so the decoder draws without asking them; hint: is the reconstruction "
      "summed over pixels, as the KL is over latents? Else weigh the KL less, or raise its weight from 0 through the "
      "first steps (warm_up)",
      latents, what);
}

}  // namespace gradfold
