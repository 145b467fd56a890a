#include "models/vae.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "autograd/mode.h"
#include "autograd/ops.h"
#include "models/refine_posterior.h"

namespace gradfold {
namespace {

constexpr std::uint64_t kVaeDropoutSeed = 1312, kRefineSeed = 1802;
// Rows that go through a net at a time where no graph is kept: enough for the gemm, few enough for the cache.
constexpr Index kDrawsAtOnce = 512;

PixelLikelihoodOptions pixel_options(const VaeConfig& c) {
  return {.kind = c.likelihood, .levels = c.levels, .channels = c.channels, .mixture = c.mixture};
}

VaeNetOptions net_options(const VaeConfig& c, Index numbers) {
  return {.height = c.height, .width = c.width, .channels = c.channels, .numbers = numbers, .latents = c.latents,
          .classes = c.classes, .hidden = c.hidden, .layers = c.layers, .maps = c.maps, .halvings = c.halvings,
          .blocks = c.blocks, .dense = c.dense, .dropout = static_cast<Real>(c.dropout) / 100};
}

const VaeConfig& checked(const VaeConfig& c) {
  require(c.importance >= 1 && c.warm_up >= 0 && c.kl.beta >= 0 && c.kl.gamma >= 0, "Vae",
          "importance is {}, warm_up {}, beta {} and gamma {}; importance must be 1 or more, the others 0 or more",
          c.importance, c.warm_up, c.kl.beta, c.kl.gamma);
  require(c.likelihood >= LikelihoodKind::kBernoulli && c.likelihood <= LikelihoodKind::kLogisticMixture, "Vae",
          "likelihood is {} but must be one of 0 .. 3", static_cast<int>(c.likelihood));
  require(c.dropout >= 0 && c.dropout < 100, "Vae", "dropout is {} but must be 0 .. 99 percent", c.dropout);
  require(c.importance == 1 || (c.kl.beta == 1 && c.kl.gamma == 0), "Vae",
          "importance is {} with a weighed KL; the importance-weighted bound has no KL term to weigh; hint: "
          "leave beta at 1 (--beta 100) and gamma at 0",
          c.importance);
  require(c.refine >= 0, "Vae", "refine is {} but must be 0 or more", c.refine);
  require(c.refine == 0 || (c.importance == 1 && c.kl.beta == 1 && c.kl.gamma == 0 && c.dropout == 0), "Vae",
          "refine is {} with importance {}, beta {}, gamma {} and dropout {}; posteriors are refined for the ELBO of "
          "one decoder: leave importance and beta at 1, gamma and dropout at 0",
          c.refine, c.importance, c.kl.beta, c.kl.gamma, c.dropout);
  return c;
}

// Each row K times in a row: [N, ...] -> [N * K, ...].
Tensor repeat_rows(const Tensor& x, Index k) {
  Shape wide = x.shape(), flat = x.shape();
  wide.insert(1, k);
  flat[0] *= k;
  return k == 1 ? x : x.unsqueeze(1).expand(wide).contiguous().reshape(flat);
}

Indices repeat_rows(const Indices& labels, Index k) {
  Indices out(Shape{labels.numel() * k});
  for (Index i = 0; i < out.numel(); ++i) out[i] = labels[i / k];
  return out;
}

Indices some_of(const Indices& labels, Index begin, Index end) {
  return labels.numel() > 1 ? labels.slice(begin, end) : labels;
}

}  // namespace

Var Vae::Elbo::negative() const { return reconstruction + sum(kl, {1}); }

double Vae::ElboParts::nats() const { return (gradfold::mean(reconstruction) + gradfold::mean(sum(kl, {1}))).item(); }

Vae::Vae(VaeConfig config)
    : LatentModel(config.levels, config.channels, config.height, config.width), settings(checked(config)),
      likelihood(child<PixelLikelihood>("likelihood", pixel_options(config))),
      dropout_rng_(kVaeDropoutSeed), refine_rng_(kRefineSeed),
      encoder_(child<VaeEncoder>("encoder", net_options(config, likelihood.numbers()), dropout_rng_)),
      decoder_(child<VaeDecoder>("decoder", net_options(config, likelihood.numbers()), dropout_rng_)),
      steps_(buffer("steps", Tensor::zeros({1}))) {}

Indices Vae::classes_of(const Indices& labels, Index n) const {
  return expand_labels("Vae", labels, n, settings.classes);
}

Posterior Vae::posterior(const Var& x, const Indices& labels) {
  const Posterior encoded = encoder_posterior(x, labels);
  if (settings.refine == 0) return encoded;
  return refine_posterior(*this, encoded, x.value(), settings.refine, Rng(kRefineSeed), labels);
}

Posterior Vae::encoder_posterior(const Var& x, const Indices& labels) {
  check_images("x", x.shape());
  return scoped([&] { return encoder_.posterior(x, classes_of(labels, x.size(0))); });
}

Var Vae::pixel_numbers(const Var& z, const Indices& labels) {
  check_shape("Vae", "z", z.shape(), {"N", settings.latents});
  return scoped([&] { return decoder_.pixels(z, classes_of(labels, z.size(0))); });
}

Var Vae::reconstruction(const Tensor& x, const Var& z, const Indices& labels) {
  return likelihood.nll(pixel_numbers(z, labels), x);
}

Vae::Elbo Vae::elbo(const Tensor& x, const Tensor& noise, const Indices& labels, KlEstimate how) {
  return elbo(posterior(x, labels), x, noise, labels, how);
}

Vae::Elbo Vae::elbo(const Posterior& q, const Tensor& x, const Tensor& noise, const Indices& labels, KlEstimate how) {
  return {reconstruction(x, reparameterize(q, noise), labels), kl_to_prior(q, noise, how)};
}

Var Vae::log_weights(const Tensor& x, const Tensor& noise, const Indices& labels) {
  const Index n = x.size(0), latents = settings.latents;
  check_shape("Vae", "noise", noise.shape(), {n, "K", latents});
  const Index k = noise.size(1);
  const auto each = [&](const Var& y) { return reshape(expand(unsqueeze(y, 1), {n, k, latents}), {n * k, latents}); };
  const Posterior once = posterior(x, labels), q = {each(once.mean), each(once.log_var)};
  const Tensor rows = noise.reshape({n * k, latents});
  const Var missing =
      reconstruction(repeat_rows(x, k), reparameterize(q, rows), repeat_rows(classes_of(labels, n), k)) +
      sum(kl_to_prior(q, rows, KlEstimate::kSampled), {1});
  return reshape(-missing, {n, k});
}

KlWeight Vae::weight_now() {
  KlWeight now = settings.kl;
  const Real done = steps_.data()[0];
  if (!training() || done >= static_cast<Real>(settings.warm_up)) return now;
  const Real share = done / static_cast<Real>(settings.warm_up);
  if (now.gamma > 0) now.capacity *= share;
  else now.beta *= share;
  return now;
}

// The bound by the refined posterior, whose gradients reach the decoder, and how far the encoder is from it, whose
// gradients reach the encoder.
Var Vae::refined_loss(const Tensor& x, const Tensor& noise, const Indices& labels) {
  const KlWeight weight = weight_now();
  const Posterior encoded = encoder_posterior(x, labels);
  const Posterior refined = refine_posterior(*this, encoded, x, settings.refine, refine_rng_, labels, weight.beta);
  const Elbo parts = elbo(refined, x, noise, labels);
  return mean(parts.reconstruction) + weight(mean(sum(parts.kl, {1}))) + mean(sum(kl(encoded, refined), {1}));
}

Var Vae::loss(const Tensor& x, const Tensor& noise, const Indices& labels) {
  if (settings.refine > 0) return refined_loss(x, noise, labels);
  if (settings.importance > 1) return -mean(iwae_bound(log_weights(x, noise, labels)));
  const Elbo parts = elbo(x, noise, labels);
  return mean(parts.reconstruction) + weight_now()(mean(sum(parts.kl, {1})));
}

Var Vae::loss(const Tensor& x, const Indices& labels, Rng& rng) {
  const Index n = x.size(0), draws = settings.importance, latents = settings.latents;
  const Tensor noise = rng.normal(draws > 1 ? Shape{n, draws, latents} : Shape{n, latents});
  if (settings.dropout > 0 || settings.refine > 0) {  // a fork of one Rng is always the same, of a drawn number not
    const Rng own = rng.fork(static_cast<std::uint64_t>(rng.below(Index{1} << 40)));
    dropout_rng_ = own.fork("dropout");
    refine_rng_ = own.fork("refine");
  }
  const Var loss_now = loss(x, noise, labels);
  if (training()) steps_.data()[0] += 1;
  return loss_now;
}

Vae::ElboParts Vae::elbo_parts(const Tensor& x, Rng& rng, const Indices& labels, KlEstimate how) {
  const NoGrad no_graph;
  const Index n = x.size(0);
  ElboParts all{Tensor({n}), Tensor({n, settings.latents})};
  for_slices(n, {}, [&](Index begin, Index end) {
    const Elbo some = elbo(x.slice(0, begin, end).contiguous(), rng.normal({end - begin, settings.latents}),
                           some_of(labels, begin, end), how);
    all.reconstruction.slice(0, begin, end).copy_from(some.reconstruction.value());
    all.kl.slice(0, begin, end).copy_from(some.kl.value());
  });
  return all;
}

Tensor Vae::log_weights(const Tensor& x, Index k, Rng& rng, const Indices& labels) {
  const NoGrad no_graph;
  return log_weights(posterior(x, labels), x, k, rng, labels);
}

Tensor Vae::log_weights(const Posterior& q, const Tensor& x, Index k, Rng& rng, const Indices& labels) {
  require(k >= 1, "Vae", "{} importance samples were asked for; there must be 1 at least", k);
  check_shape("Vae", "q's mean", q.mean.shape(), {x.size(0), settings.latents});
  const NoGrad no_graph;
  const Index n = x.size(0), latents = settings.latents;
  Tensor all({n, k});
  const Rng draws = rng.fork(static_cast<std::uint64_t>(rng.below(Index{1} << 40)));
  for (Index i = 0; i < n; ++i) {
    Rng own = draws.fork(static_cast<std::uint64_t>(i));
    const Tensor image = x.slice(0, i, i + 1).contiguous();
    const Indices label = some_of(labels, i, i + 1);
    for (Index from = 0; from < k; from += kDrawsAtOnce) {
      const Index count = std::min(kDrawsAtOnce, k - from);
      const Tensor noise = own.normal({count, latents});
      const Posterior each = {expand(slice(q.mean, 0, i, i + 1), noise.shape()),
                              expand(slice(q.log_var, 0, i, i + 1), noise.shape())};
      const Var missing = reconstruction(repeat_rows(image, count), reparameterize(each, noise),
                                         repeat_rows(classes_of(label, 1), count)) +
                          sum(kl_to_prior(each, noise, KlEstimate::kSampled), {1});
      all.slice(0, i, i + 1).slice(1, from, from + count).copy_from(-missing.value().unsqueeze(0));
    }
  }
  return all;
}

Tensor Vae::iwae(const Tensor& x, Index k, Rng& rng, const Indices& labels) {
  const Index n = x.size(0);
  Tensor all({n});
  for_slices(n, {}, [&](Index begin, Index end) {
    const Tensor weights = log_weights(x.slice(0, begin, end), k, rng, some_of(labels, begin, end));
    all.slice(0, begin, end).copy_from(iwae_bound(weights, k));
  });
  return all;
}

Tensor Vae::draw(Index n, Rng& rng, const Indices& labels) {
  const NoGrad no_graph;
  Tensor all({n, settings.channels, settings.height, settings.width});
  for_slices(n, {}, [&](Index begin, Index end) {
    const Var numbers = pixel_numbers(draw_codes(end - begin, rng), some_of(labels, begin, end));
    all.slice(0, begin, end).copy_from(likelihood.sample(numbers.value(), rng));
  });
  return all;
}

Var Vae::decoded(const Var& z, const Indices& labels) { return likelihood.mean(pixel_numbers(z, labels)); }

std::vector<Objective> Vae::objectives() {
  return {{.name = "loss", .unit = "nats", .parameters = parameters(),
           .loss = [this](const Tensor& x, const Indices& labels, Rng& rng) {
             if (settings.likelihood != LikelihoodKind::kGaussian) check_levels("Vae", x, channels(), levels());
             return loss(x, labels, rng);
           }}};
}

Figures Vae::evaluate(const Tensor& x, const Indices& labels, Rng& rng, const EvaluateOptions& options) {
  if (settings.likelihood != LikelihoodKind::kGaussian) check_levels("Vae", x, channels(), levels());
  const Index n = x.size(0), draws = options.importance_samples;
  Rng importance = rng.fork("importance"), others = rng.fork("other posteriors");
  Tensor reconstruction({n}), kl({n}), bound({n}), encoded({n}), refined({n}), means({n, settings.latents});
  for_slices(n, options, [&](Index from, Index to) {
    const NoGrad no_graph;
    const Tensor some = x.slice(0, from, to).contiguous();
    const Indices known = some_of(labels, from, to);
    const Posterior q = posterior(some, known);
    const Elbo parts = elbo(q, some, rng.normal(q.mean.shape()), known);
    reconstruction.slice(0, from, to).copy_from(parts.reconstruction.value());
    kl.slice(0, from, to).copy_from(sum(parts.kl.value(), {1}));
    means.slice(0, from, to).copy_from(q.mean.value());
    if (draws > 0)
      bound.slice(0, from, to).copy_from(-iwae_bound(log_weights(q, some, draws, importance, known), draws));
    const auto bound_by = [&](const Posterior& other) {
      return elbo(other, some, others.normal(other.mean.shape()), known).negative().value();
    };
    if (settings.refine > 0) encoded.slice(0, from, to).copy_from(bound_by(encoder_posterior(some, known)));
    if (options.refine_steps > 0)
      refined.slice(0, from, to).copy_from(bound_by(refine_posterior(*this, encoder_posterior(some, known), some,
                                                                     options.refine_steps, Rng(kRefineSeed), known)));
  });
  Figures figures{mean_figure("elbo_nats", "nats per image (-ELBO)", reconstruction + kl),
                  mean_figure("reconstruction_nats", "for the pixels", reconstruction),
                  mean_figure("kl_nats", "of KL", kl),
                  {.name = "active_units", .unit = fmt::format("of {} latents active", settings.latents),
                   .value = static_cast<double>(sum(active_units(means)).item()), .higher_is_better = true}};
  if (draws > 0) figures.push_back(mean_figure("iwae_nats", fmt::format("nats per image (IWAE-{})", draws), bound));
  if (settings.refine > 0)
    figures.push_back(
        mean_figure("encoder_elbo_nats", "nats per image (-ELBO, posteriors as the encoder says, not refined)",
                    encoded));
  if (options.refine_steps > 0)
    figures.push_back(mean_figure(
        "refined_elbo_nats",
        fmt::format("nats per image (-ELBO, each posterior refined by {} steps)", options.refine_steps), refined));
  return figures;
}

std::string Vae::warning(const Figures& held_out) const {
  const auto value = [&](std::string_view name) {
    for (const Figure& figure : held_out)
      if (figure.name == name) return figure.value;
    return 1.;
  };
  return collapse_warning(value("kl_nats"), settings.latents, value("active_units"));
}

ModelConfig Vae::config() const {
  const VaeConfig& s = settings;
  return {{"height", s.height},
          {"width", s.width},
          {"levels", s.levels},
          {"channels", s.channels},
          {"classes", s.classes},
          {"latents", s.latents},
          {"hidden", s.hidden},
          {"layers", s.layers},
          {"maps", s.maps},
          {"halvings", s.halvings},
          {"blocks", s.blocks},
          {"dense", s.dense},
          {"dropout", s.dropout},
          {"likelihood", static_cast<Index>(s.likelihood)},
          {"mixture", s.mixture},
          {"beta", std::lround(s.kl.beta * 100)},
          {"gamma", std::lround(s.kl.gamma)},
          {"capacity", std::lround(s.kl.capacity)},
          {"importance", s.importance},
          {"warm_up", s.warm_up},
          {"refine", s.refine}};
}

std::map<std::string, std::string> Vae::config_help() const {
  return {{"height", "rows of every image"},
          {"width", "columns of every image"},
          {"levels", "values of a pixel: 2 for black and white, 256 for all greys (with --likelihood 1, 2 or 3); 0 for "
                     "any (with 1)"},
          {"channels", "1 for grey images, 3 for red, green and blue"},
          {"classes", "0: any image; 10: an image of a given class, such as a digit (a conditional VAE)"},
          {"latents", "how many numbers an image is encoded in"},
          {"hidden", "units of a hidden layer of encoder and decoder, where they are MLPs"},
          {"layers", "hidden layers of each, where they are MLPs"},
          {"maps", "0: MLPs; more: convolutional, so many maps at half the image's size and twice as many below"},
          {"halvings", "how often a convolutional encoder halves the rows and columns"},
          {"blocks", "residual blocks at each size of a convolutional net"},
          {"dense", "hidden units between the smallest maps of a convolutional net and the latents; 0: none"},
          {"dropout", "percent of the units next to the latents that a training step leaves out"},
          {"likelihood", "of a pixel given the latents: 0 Bernoulli, 1 Gaussian, 2 a softmax over all levels, 3 a "
                         "mixture of logistic distributions"},
          {"mixture", "components of that mixture"},
          {"beta", "percent that the KL counts for in training: 100 is the ELBO, 400 the beta-VAE's 4"},
          {"gamma", "0, or the weight of |KL - capacity| in the KL's place"},
          {"capacity", "nats that the KL is held at, with gamma"},
          {"importance", "draws of the latents for each image: more than 1 trains on the importance-weighted bound "
                         "(IWAE)"},
          {"warm_up", "training steps through which the KL's weight (or the capacity) grows from 0"},
          {"refine", "steps that the posterior of each image goes by itself from what the encoder says (a "
                     "semi-amortized VAE)"}};
}

}  // namespace gradfold
