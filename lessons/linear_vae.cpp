#include "lessons/linear_vae.h"

#include <cmath>
#include <numbers>

#include "autograd/mode.h"
#include "models/elbo.h"
#include "tensor/elementwise.h"
#include "tensor/reduce.h"

namespace gradfold {

Tensor points_of_a_line(Index n, Rng& rng) {
  Tensor x({n, 1, 1, 2});
  for (Index i = 0; i < n; ++i) {
    const double z = rng.normal();
    x.set({i, 0, 0, 0}, static_cast<Real>(0.5 * z + 0.4 + 0.2 * rng.normal()));
    x.set({i, 0, 0, 1}, static_cast<Real>(-0.3 * z + 0.6 + 0.2 * rng.normal()));
  }
  return x;
}

KnownBound known_bound(Vae& linear, const Tensor& points) {
  const NoGrad no_graph;
  const auto pixel = [](const Tensor& x, Index i, Index k) { return static_cast<double>(x.at({i, 0, 0, k})); };
  const Tensor at_0 = linear.pixel_numbers(Tensor::zeros({1, 1})).value();
  const Tensor at_1 = linear.pixel_numbers(Tensor::ones({1, 1})).value();
  const double b[2] = {pixel(at_0, 0, 0), pixel(at_0, 0, 1)};
  const double w[2] = {pixel(at_1, 0, 0) - b[0], pixel(at_1, 0, 1) - b[1]};
  const double s2 = std::exp(static_cast<double>(linear.likelihood.log_var.value().item()));
  const double all = s2 + w[0] * w[0] + w[1] * w[1], variance = s2 / all;  // det(w w^T + s2 I) is s2 * all
  const Posterior q = linear.posterior(points);
  const Index n = points.size(0);
  KnownBound known{Tensor({n}), Tensor({n})};
  for (Index i = 0; i < n; ++i) {
    const double d[2] = {pixel(points, i, 0) - b[0], pixel(points, i, 1) - b[1]};
    const double along = w[0] * d[0] + w[1] * d[1];
    const double quadratic = (d[0] * d[0] + d[1] * d[1] - along * along / all) / s2;
    known.log_p.data()[i] = static_cast<Real>(-0.5 * (quadratic + std::log(s2 * all)) - std::log(2 * std::numbers::pi));
    const double log_var = static_cast<double>(q.log_var.value().at({i, 0}));
    const double off = static_cast<double>(q.mean.value().at({i, 0})) - along / all;
    known.gap.data()[i] =
        static_cast<Real>(0.5 * ((std::exp(log_var) + off * off) / variance - 1 + std::log(variance) - log_var));
  }
  return known;
}

GapCheck check_gap(Vae& linear, const Tensor& points, Index draws, Rng& rng) {
  const KnownBound known = known_bound(linear, points);
  const Tensor elbo = mean(linear.log_weights(points, draws, rng), {1});
  return {mean(known.log_p - elbo).item(), mean(known.gap).item(), paired_lead(known.log_p - known.gap, elbo)};
}

std::vector<Lead> below_log_p(Vae& linear, const Tensor& points, const std::vector<Index>& draws, Rng& rng) {
  const Tensor log_p = known_bound(linear, points).log_p, weights = linear.log_weights(points, draws.back(), rng);
  std::vector<Lead> out;
  for (const Index k : draws) out.push_back(paired_lead(log_p, iwae_bound(weights, k)));
  return out;
}

}  // namespace gradfold
