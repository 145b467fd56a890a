// The arithmetic of VAEs against what is known: KL vectors, draws that are unbiased, and a linear-Gaussian model, whose
// log p(x) has a formula, so that the bounds' gaps do too.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "autograd/mode.h"
#include "autograd/ops.h"
#include "models/refine_posterior.h"
#include "models/vae.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

namespace {

struct MeanAndError {
  double mean, error;  // error: the standard error of the mean
};
MeanAndError summary(const Tensor& x) {
  const double m = mean(x).item(), n = static_cast<double>(x.numel());
  return {m, std::sqrt(sum_of_squares(x - static_cast<Real>(m)) / (n * (n - 1)))};
}
// Within four standard errors: a right program fails once in 16,000 runs, and the seed is fixed.
void check_near(const MeanAndError& measured, double expected) {
  CAPTURE(measured.mean);
  CAPTURE(measured.error);
  CHECK(std::abs(measured.mean - expected) < 4 * measured.error + 1e-6);
}

Posterior alike(Index n, double mean, double log_var) {
  return {Var(Tensor::full({n, 1}, static_cast<Real>(mean)), true),
          Var(Tensor::full({n, 1}, static_cast<Real>(log_var)), true)};
}

// x = w z + b + noise of variance s2, two pixels from one latent, as a VAE without hidden layers; its encoder says
// mean = a . (2x - 1) + c whatever it should say, and one variance for all x.
struct LinearGaussian {
  double w[2] = {0.8, -0.5}, b[2] = {0.2, 0.4}, s2 = 0.25, a[2] = {0.5, -0.2}, c = 0.1, log_var = -0.3;
  Vae model{{.height = 1, .width = 2, .levels = 256, .latents = 1, .layers = 0,
             .likelihood = LikelihoodKind::kGaussian}};

  LinearGaussian() {
    const auto real = [](double v) { return static_cast<Real>(v); };
    model.load({{"steps", Tensor::zeros({1})},
                {"likelihood.log_var", Tensor::from({real(std::log(s2))})},
                {"encoder.head.weight", Tensor::from({real(a[0]), real(a[1]), 0, 0}, {2, 2})},
                {"encoder.head.bias", Tensor::from({real(c), real(log_var)})},
                {"decoder.trunk.0.weight", Tensor::from({real(w[0]), real(w[1])}, {2, 1})},
                {"decoder.trunk.0.bias", Tensor::from({real(b[0]), real(b[1])})}});
    model.eval();
  }
  // The exact posterior N(mean, variance), log p(x) with covariance w w^T + s2 I, and KL(q || posterior).
  struct Exact {
    double log_p, gap, mean, variance;
  };
  Exact at(double x0, double x1) const {
    const double d0 = x0 - b[0], d1 = x1 - b[1], ww = w[0] * w[0] + w[1] * w[1], wd = w[0] * d0 + w[1] * d1;
    const double variance = s2 / (s2 + ww), mean = wd / (s2 + ww);
    const double quadratic = (d0 * d0 + d1 * d1 - wd * wd / (s2 + ww)) / s2;
    const double log_p = -0.5 * (quadratic + std::log(s2 * (s2 + ww))) - std::log(2 * std::numbers::pi);
    const double q_mean = a[0] * (2 * x0 - 1) + a[1] * (2 * x1 - 1) + c, q_variance = std::exp(log_var);
    const double off = q_mean - mean;
    const double gap = 0.5 * (std::log(variance / q_variance) + (q_variance + off * off) / variance - 1);
    return {log_p, gap, mean, variance};
  }
};

}  // namespace

TEST_CASE("analytic KL: the values worked out beforehand") {
  const auto kl = [](double mean, double log_var) {
    return kl_to_prior(alike(1, mean, log_var), Tensor::zeros({1, 1})).value().item();
  };
  CHECK(kl(1, 0) == doctest::Approx(0.5));
  CHECK(kl(0, std::log(0.25)) == approx(0.318147, 1e-5));
  CHECK(kl(-0.5, 1) == approx(0.484141, 1e-5));
}

TEST_CASE("sampled KL agrees with the analytic one within its sampling error") {
  const Index n = 100'000;
  for (const auto& [mean, log_var, exact] : {std::array{1., 0., 0.5}, std::array{-0.5, 1., 0.484141},
                                             std::array{0., std::log(0.25), 0.318147}}) {
    Rng rng(3);
    const Tensor sampled = kl_to_prior(alike(n, mean, log_var), rng.normal({n, 1}), KlEstimate::kSampled).value();
    const MeanAndError s = summary(sampled);
    check_near(s, exact);
    CHECK(s.error < 0.01 * (1 + exact));  // the interval is small enough to say something
  }
}

TEST_CASE("reparameterised draws and the gradients through them are unbiased") {
  // E z^2 = mean^2 + variance, so d/dmean = 2 mean and d/dlog_var = variance.
  const Index n = 200'000;
  const double mean = 0.7, log_var = -0.8, variance = std::exp(log_var);
  Rng rng(4);
  const Posterior q = alike(n, mean, log_var);
  const Var z = reparameterize(q, rng.normal({n, 1}));
  check_near(summary(z.value()), mean);
  check_near(summary(square(z.value())), mean * mean + variance);
  sum(square(z)).backward();
  const MeanAndError by_mean = summary(q.mean.grad()), by_log_var = summary(q.log_var.grad());
  check_near(by_mean, 2 * mean);
  check_near(by_log_var, variance);
  CHECK(by_mean.error < 0.01);
  CHECK(by_log_var.error < 0.01);
}

TEST_CASE("the importance-weighted bound by hand") {
  const Tensor w = log(Tensor::from({2, 4, 6, 1}, {1, 4}));
  CHECK(iwae_bound(Var(w)).value().item() == doctest::Approx(std::log(13. / 4)));
  CHECK(iwae_bound(w, 1).item() == doctest::Approx(std::log(48.) / 4));
  CHECK(iwae_bound(w, 2).item() == doctest::Approx((std::log(3.) + std::log(3.5)) / 2));
  CHECK(iwae_bound(w, 3).item() == doctest::Approx(std::log(4.)));  // the fourth fills no group
  CHECK(contains(message_of([&] { iwae_bound(w, 5); }), "K is 5 but must be from 1 to the 4 weights"));
  const Tensor huge = Tensor::from({-1000, -1000}, {1, 2});
  CHECK(iwae_bound(Var(huge)).value().item() == doctest::Approx(-1000));
}

TEST_CASE("how a loss weighs the KL") {
  const Var kl(Tensor::scalar(5));
  CHECK(KlWeight{}(kl).item() == 5);
  CHECK(KlWeight{.beta = 4}(kl).item() == 20);
  CHECK(KlWeight{.gamma = 10, .capacity = 7}(kl).item() == 20);
  CHECK(KlWeight{.gamma = 10, .capacity = 3}(kl).item() == 20);
}

TEST_CASE("warm_up: the weight grows from 0 with the training steps, and evaluation knows nothing of it") {
  Rng rng(1);
  Vae model({.height = 2, .width = 2, .latents = 2, .hidden = 3, .warm_up = 2}, rng);
  const Tensor x = Tensor::ones({1, 1, 2, 2}), noise = Tensor::zeros({1, 2});
  const Vae::Elbo parts = model.elbo(x, noise);
  const double nats = parts.reconstruction.value().item(), kl = sum(parts.kl.value()).item();
  for (const double share : {0., 0.5, 1., 1.}) {
    CHECK(model.loss(x, noise).item() == doctest::Approx(nats + share * kl));
    Rng draws(2);
    model.loss(x, {}, draws);
  }
  Vae again({.height = 2, .width = 2, .latents = 2, .hidden = 3, .warm_up = 2}, rng);
  again.load(model.state());  // the count goes with the weights
  CHECK(again.loss(x, noise).item() == doctest::Approx(nats + kl));
  Vae fresh({.height = 2, .width = 2, .latents = 2, .hidden = 3, .warm_up = 2}, rng);
  fresh.eval();
  const Vae::Elbo whole = fresh.elbo(x, noise);
  CHECK(fresh.loss(x, noise).item() == doctest::Approx(whole.negative().value().item()));
}

TEST_CASE("warm_up of a capacity: it is the capacity that grows from 0, not its weight") {
  Rng rng(1);
  const KlWeight weight = {.gamma = 10, .capacity = 2};
  Vae model({.height = 2, .width = 2, .latents = 2, .hidden = 3, .kl = weight, .warm_up = 2}, rng);
  const Tensor x = Tensor::ones({1, 1, 2, 2}), noise = Tensor::zeros({1, 2});
  const Vae::Elbo parts = model.elbo(x, noise);
  const double nats = parts.reconstruction.value().item(), kl = sum(parts.kl.value()).item();
  REQUIRE(kl < 1);
  for (const double capacity : {0., 1., 2., 2.}) {
    CHECK(model.loss(x, noise).item() == doctest::Approx(nats + 10 * std::abs(kl - capacity)));
    Rng draws(2);
    model.loss(x, {}, draws);
  }
}

TEST_CASE("a linear-Gaussian model with known log p(x): the ELBO's gap is KL(q || posterior), and IWAE closes it") {
  LinearGaussian linear;
  const Index draws = 40'000;
  for (const auto& [x0, x1] : {std::array{0.3, 0.6}, std::array{1.2, -0.4}, std::array{0.2, 0.4}}) {
    const auto exact = linear.at(x0, x1);
    REQUIRE(exact.gap > 0.05);  // there is something to see
    const Tensor x = Tensor::from({static_cast<Real>(x0), static_cast<Real>(x1)}, {1, 1, 1, 2});
    Rng rng(6);
    const Tensor weights = linear.model.log_weights(x, draws, rng);
    check_near(summary(weights), exact.log_p - exact.gap);  // L_1 = ELBO, from the sampled KL
    // The same by the analytic KL.
    const Vae::ElboParts parts = linear.model.elbo_parts(x.expand({draws, 1, 1, 2}).contiguous(), rng);
    check_near(summary(-(parts.reconstruction + sum(parts.kl, {1}))), exact.log_p - exact.gap);
    // 40,000 draws at once leave nothing to speak of.
    CHECK(iwae_bound(weights, draws).item() == approx(exact.log_p, 0.01));
  }
}

TEST_CASE("KL between two Gaussians: from any to the prior as it is known, and moved and stretched together the same") {
  for (const auto& [mean, log_var] : {std::array{1., 0.}, std::array{-0.5, 1.}}) {
    const Posterior q = alike(1, mean, log_var), prior = alike(1, 0, 0);
    const double known = kl_to_prior(q, Tensor::zeros({1, 1})).item();
    CHECK(kl(q, prior).item() == doctest::Approx(known));
    const double stretch = 3, move = 0.7;
    const auto moved = [&](double m, double v) { return alike(1, stretch * m + move, v + 2 * std::log(stretch)); };
    CHECK(kl(moved(mean, log_var), moved(0, 0)).item() == doctest::Approx(known));
    CHECK(kl(q, q).item() == 0);
  }
  CHECK(contains(message_of([] { kl(alike(2, 0, 0), alike(3, 0, 0)); }),
                 "q's mean is [2, 1] and log_var [2, 1], p's [3, 1] and [3, 1]; the four must be equal"));
}

TEST_CASE("a refined posterior: what it starts from after no step, the exact one after many; the nets stay") {
  LinearGaussian linear;
  NamedTensors before = linear.model.state();
  for (auto& [name, value] : before) value = value.clone();
  const NoGrad no_graph;  // it makes its own
  for (const auto& [x0, x1] : {std::array{0.3, 0.6}, std::array{1.2, -0.4}}) {
    const auto exact = linear.at(x0, x1);
    const Tensor x = Tensor::from({static_cast<Real>(x0), static_cast<Real>(x1)}, {1, 1, 1, 2});
    const Posterior encoded = linear.model.posterior(Var(x)),
                    none = refine_posterior(linear.model, encoded, x, 0, Rng(7));
    CHECK(identical(none.mean.value(), encoded.mean.value()));
    CHECK(identical(none.log_var.value(), encoded.log_var.value()));
    const auto distance = [&](const Posterior& q) {
      return kl(q, alike(1, exact.mean, std::log(exact.variance))).item();
    };
    REQUIRE(distance(encoded) > 0.05);
    CHECK(distance(refine_posterior(linear.model, encoded, x, 5, Rng(7))) < 0.6 * distance(encoded));
    CHECK(distance(refine_posterior(linear.model, encoded, x, 300, Rng(7))) < 0.002);
  }
  const NamedTensors after = linear.model.state();
  REQUIRE(after.size() == before.size());
  for (std::size_t i = 0; i < after.size(); ++i) CHECK(identical(after[i].second, before[i].second));
  for (const Var& parameter : linear.model.parameters()) CHECK_FALSE(parameter.grad().defined());
}

TEST_CASE("a refined posterior: each step is what the linear model's gradients say, clamped, shorter than the last") {
  LinearGaussian linear;
  const NoGrad no_graph;
  const double ww = linear.w[0] * linear.w[0] + linear.w[1] * linear.w[1];
  for (const double beta : {1.0, 0.25}) {
    for (const double far : {0.5, 30.0}) {  // the second image is so far off that the mean's step is clamped
      const Tensor x = Tensor::from({static_cast<Real>(far), static_cast<Real>(-far)}, {1, 1, 1, 2});
      const Posterior start = alike(1, 0.7, 1.2);
      double mean = 0.7, log_var = 1.2;
      for (const double left : {1.0, 2.0 / 3, 1.0 / 3}) {
        const double variance = std::exp(log_var), deviation = std::sqrt(variance);
        const double off = linear.w[0] * (far - linear.b[0]) + linear.w[1] * (-far - linear.b[1]) - ww * mean;
        const double slope = -off / linear.s2 + beta * mean;
        const double slope_log_var = 0.5 * variance * ww / linear.s2 + beta * 0.5 * (variance - 1);
        mean -= std::clamp(left * 0.5 * variance * slope, -deviation, deviation);
        log_var -= std::log(std::clamp(1 + 2 * left * 0.05 * slope_log_var, 0.5, 2.0));
      }
      const Posterior q = refine_posterior(linear.model, start, x, 3, Rng(7), {}, static_cast<Real>(beta));
      CAPTURE(beta);
      CAPTURE(far);
      CHECK(q.mean.value().item() == approx(mean, 1e-4));
      CHECK(q.log_var.value().item() == approx(log_var, 1e-4));
    }
  }
}

TEST_CASE("a refined posterior is a function of its image: again the same, and the same among others") {
  LinearGaussian linear;
  Rng rng(8);
  const Tensor x = rng.uniform({6, 1, 1, 2}), third = x.slice(0, 2, 3).contiguous();
  const auto refined = [&](const Tensor& images) {
    return refine_posterior(linear.model, linear.model.posterior(Var(images)), images, 4, Rng(7));
  };
  CHECK(identical(refined(x).mean.value(), refined(x).mean.value()));
  CHECK(allclose(refined(third).mean.value(), refined(x).mean.value().slice(0, 2, 3)));
  CHECK(allclose(refined(third).log_var.value(), refined(x).log_var.value().slice(0, 2, 3)));
}

TEST_CASE("active units: those whose mean moves over the images") {
  const Tensor means = Tensor::from({0, 5, Real(0.3), 0, 5, Real(-0.3), Real(0.05), 5, 0}, {3, 3});
  CHECK(identical(active_units(means), Tensor::from({0, 0, 1})));
}

TEST_CASE("posterior collapse is said in a sentence, with what to do") {
  CHECK(collapse_warning(0.1, 3).empty());
  CHECK(contains(collapse_warning(0.2, 3, 0), "the 3 latents are the same for every image"));
  CHECK(collapse_warning(0.003, 3) ==
        "posterior collapse: the 3 latents carry 0.003 nats together, so the decoder draws without asking them; hint: "
        "is the reconstruction summed over pixels, as the KL is over latents? Else weigh the KL less, or raise its "
        "weight from 0 through the first steps (warm_up)");
}

TEST_CASE("shapes that do not fit are refused") {
  const Posterior q = {Tensor::zeros({2, 3}), Tensor::zeros({2, 3})};
  CHECK(contains(message_of([&] { reparameterize(q, Tensor::zeros({3, 2})); }),
                 "mean is [2, 3], log_var [2, 3] and noise [3, 2]; the shapes must be equal"));
  Rng rng(1);
  Vae model({.height = 2, .width = 2, .latents = 2, .hidden = 3}, rng);
  CHECK(contains(message_of([&] { model.elbo(Tensor::zeros({1, 1, 3, 2}), Tensor::zeros({1, 2})); }),
                 "x is [1, 1, 3, 2] but must be [N, 1, 2, 2]"));
  CHECK(contains(message_of([] { Vae({.importance = 0}); }), "importance must be 1 or more"));
  CHECK(contains(message_of([] { Vae({.kl = {.beta = 4}, .importance = 5}); }), "has no KL term to weigh"));
  CHECK(contains(message_of([] { Vae({.levels = 256}); }), "knows 0 and 1 alone"));
}
