// What VAEs learn in a second, and what must hold for them whatever they have learned.
#include <cmath>

#include "autograd/ops.h"
#include "models/vae.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tensor/reduce.h"
#include "tests/check_module.h"
#include "tests/doctest.h"
#include "tests/files.h"
#include "tests/models/kinds.h"
#include "tests/models/small_training.h"
#include "tests/models/small_vaes.h"

using namespace gradfold;

namespace {

// Adam over x as it stands; `loss` of a batch.
template <class Loss>
void train_vae(Vae& model, const Tensor& x, int epochs, Loss loss) {
  Adam optimizer(model.parameters(), {.lr = 3e-3});
  Rng rng(9);
  model.train();
  for (int epoch = 0; epoch < epochs; ++epoch) {
    for (Index from = 0; from + 50 <= x.size(0); from += 50) {
      const Var nats = loss(x.slice(0, from, from + 50).contiguous(), rng);
      optimizer.zero_grad();
      nats.backward();
      optimizer.step();
    }
  }
  model.eval();
}

void train_vae(Vae& model, const Tensor& x, int epochs) {
  train_vae(model, x, epochs, [&](const Tensor& images, Rng& rng) { return model.loss(images, {}, rng); });
}

constexpr VaeConfig kTiny = {.height = 4, .width = 4, .latents = 2, .hidden = 32};

}  // namespace

TEST_CASE("every parameter of every small VAE takes part") {
  for (const SmallVae& small : small_vaes()) {
    CAPTURE(small.name);
    Rng rng(5);
    Vae model(small.config, rng);
    const Tensor x = random_levels({3, small.config.channels, small.config.height, small.config.width},
                                   small.config.levels, rng);
    const Tensor noise = rng.normal(noise_shape(small.config, 3));
    CHECK(check_module(model, [&] { return model.loss(x, noise, some_labels(model, 3)); }) == "");
  }
}

TEST_CASE("the residual block as one op is what it is composed of") {
  Rng rng(1);
  VaeBlock block(4);
  block.reset_parameters(rng);
  const Var x(rng.normal({2, 4, 5, 6}));
  CHECK(allclose(block(x).value(), block.composed(x).value()));
}

TEST_CASE("a trained VAE's bound rises with K, and the last is p(x): over all 16 images of 2x2 it sums to 1") {
  const Tensor digits = digits_4x4(600);
  Rng rng(1);
  Vae model({.height = 2, .width = 2, .latents = 1, .hidden = 16}, rng);
  train_vae(model, digits.slice(2, 1, 3).slice(3, 1, 3).contiguous(), 30);
  Tensor all({16, 1, 2, 2});
  for (Index i = 0; i < 64; ++i) all.data()[i] = static_cast<Real>((i / 4) >> (i % 4) & 1);
  Rng draws(2);
  CHECK(sum(exp(model.iwae(all, 4000, draws))).item() == approx(1, 0.03));
}

TEST_CASE("IWAE-1 <= IWAE-10 <= IWAE-100 <= IWAE-1000, and IWAE-1 is the ELBO") {
  const Tensor x = digits_4x4(700), held_out = x.slice(0, 600, 700).contiguous();
  Rng rng(1);
  Vae model(kTiny, rng);
  train_vae(model, x.slice(0, 0, 600).contiguous(), 60);
  Rng draws(3);
  const Tensor weights = model.log_weights(held_out, 1000, draws);
  double before = -1e9;
  for (const Index k : {1, 10, 100, 1000}) {
    const double bound = mean(iwae_bound(weights, k)).item();
    CAPTURE(k);
    CHECK(bound > before);
    before = bound;
  }
  CHECK(model.elbo_parts(held_out, draws).nats() == approx(-mean(weights).item(), 0.03));
}

TEST_CASE("analytic and sampled KL of a trained model agree within the sampling error") {
  const Tensor x = digits_4x4(600);
  Rng rng(1);
  Vae model(kTiny, rng);
  train_vae(model, x, 60);
  Rng draws(3);
  const Tensor analytic = sum(model.elbo_parts(x, draws).kl, {1});
  const Tensor sampled = sum(model.elbo_parts(x, draws, {}, KlEstimate::kSampled).kl, {1});
  const Tensor difference = sampled - analytic;
  const double n = 600, m = mean(difference).item();
  const double error = std::sqrt(sum_of_squares(difference - static_cast<Real>(m)) / (n * (n - 1)));
  CHECK(mean(analytic).item() > 0.5);
  CHECK(std::abs(m) < 4 * error);
}

TEST_CASE("training on the importance-weighted bound: better than the ELBO's training by that bound's own measure") {
  const Tensor x = digits_4x4(600);
  Rng first(1), second(1);
  VaeConfig config = kTiny;
  config.latents = 1;  // so that the posteriors are no Gaussians
  Vae elbo(config, first);
  config.importance = 20;
  Vae iwae(config, second);
  train_vae(elbo, x, 100);
  train_vae(iwae, x, 100);
  Rng a(2), b(2);
  const Tensor lead = iwae.iwae(x, 20, a) - elbo.iwae(x, 20, b);
  CHECK(mean(lead).item() > 0);
}

TEST_CASE("a reconstruction averaged over pixels collapses the posterior, a summed one does not, and it is noticed") {
  const Tensor x = digits_4x4(600);
  Rng first(1), second(1);
  Vae right(kTiny, first), wrong(kTiny, second);
  train_vae(right, x, 60);
  train_vae(wrong, x, 60, [&](const Tensor& images, Rng& rng) {
    const Vae::Elbo parts = wrong.elbo(images, rng.normal({images.size(0), 2}));
    return mean(parts.reconstruction) / Real{16} + mean(sum(parts.kl, {1}));  // the mistake
  });
  Rng draws(2);
  CHECK(right.warning(right.evaluate(x, {}, draws)).empty());
  CHECK(wrong.warning(wrong.evaluate(x, {}, draws)).starts_with("posterior collapse: the 2 latents"));
}

TEST_CASE("beta prunes: a heavier KL leaves fewer nats in the latents") {
  const Tensor x = digits_4x4(600);
  double before = 1e9;
  for (const Real beta : {Real(0.25), Real(1), Real(4)}) {
    Rng rng(1), draws(2);
    VaeConfig config = kTiny;
    config.kl.beta = beta;
    Vae model(config, rng);
    train_vae(model, x, 60);
    const double kl = mean(sum(model.elbo_parts(x, draws).kl, {1})).item();
    CHECK(kl < before);
    before = kl;
  }
}

TEST_CASE("a capacity is used and not exceeded") {
  const Tensor x = digits_4x4(600);
  Rng rng(1), draws(2);
  VaeConfig config = kTiny;
  config.kl = {.gamma = 100, .capacity = 1.5};
  Vae model(config, rng);
  train_vae(model, x, 60);
  CHECK(mean(sum(model.elbo_parts(x, draws).kl, {1})).item() == approx(1.5, 0.04));
}

TEST_CASE("a conditional VAE draws the class that it is asked for") {
  // Two classes: ink in the upper half, ink in the lower half.
  Tensor x = Tensor::zeros({200, 1, 4, 4});
  Indices labels(Shape{200});
  for (Index i = 0; i < 200; ++i) {
    labels[i] = static_cast<std::int32_t>(i % 2);
    x.slice(0, i, i + 1).slice(2, 2 * (i % 2), 2 * (i % 2) + 2).fill(1);
  }
  for (const Index maps : {0, 4}) {
    CAPTURE(maps);
    Rng rng(1);
    VaeConfig config = kTiny;
    config.classes = 2;
    config.maps = maps;
    config.halvings = 2;
    Vae model(config, rng);
    train_vae(model, x, maps > 0 ? 250 : 120, [&](const Tensor& images, Rng& r) {
      return model.loss(images, labels.slice(0, images.size(0)), r);
    });
    Rng draws(2);
    for (const std::int32_t label : {0, 1}) {
      const Tensor drawn = model.draw(100, draws, Indices{label});
      const double upper = mean(drawn.slice(2, 0, 2)).item(), lower = mean(drawn.slice(2, 2, 4)).item();
      CHECK((label == 0 ? upper : lower) > 0.9);
      CHECK((label == 0 ? lower : upper) < 0.1);
    }
  }
}

TEST_CASE("a conditional VAE keeps each image's own class where it works on slices of many") {
  Rng rng(3);
  VaeConfig config = kTiny;
  config.classes = 3;
  Vae model(config, rng);
  model.eval();
  const Index n = 150;  // in slices of 64
  const Tensor x = random_levels({n, 1, 4, 4}, 2, rng);
  Indices labels(Shape{n});
  for (Index i = 0; i < n; ++i) labels[i] = static_cast<std::int32_t>(i / 50);
  Rng noise(4), all_draws(5), draws(5);
  const Tensor kl = model.elbo_parts(x, noise, labels).kl, drawn = model.draw(n, all_draws, labels);
  for (Index i = 0; i < n; ++i) {
    Rng own(6);
    const Tensor alone = model.elbo_parts(x.slice(0, i, i + 1).contiguous(), own, Indices{labels[i]}).kl;
    CHECK(allclose(alone, kl.slice(0, i, i + 1), 1e-5, 1e-6));
  }
  // The same draws, slice by slice.
  for (Index from = 0; from < n; from += 64) {
    const Index to = std::min<Index>(n, from + 64);
    CHECK(identical(model.draw(to - from, draws, labels.slice(from, to)), drawn.slice(0, from, to).contiguous()));
  }
  CHECK_FALSE(identical(model.draw(n, draws = Rng(5), Indices{0}), drawn));
}

TEST_CASE("a walk goes from one end of a latent's range to the other, and moves nothing else") {
  Rng rng(3);
  Vae model(kTiny, rng);
  const Tensor z = Tensor::from({Real(0.3), Real(-0.7)}, {1, 2}), walked = model.walk(z, 1, 5);
  for (Index i = 0; i < 5; ++i) {
    CHECK(walked.at({i, 1}) == approx(-2.5 + 1.25 * static_cast<double>(i), 1e-6));
    CHECK(walked.at({i, 0}) == z.at({0, 0}));
  }
}

TEST_CASE("an image's log-weights do not depend on the images beside it") {
  Rng rng(1);
  Vae model(kTiny, rng);
  model.eval();
  const Tensor x = digits_4x4(3);
  Rng together(4), alone(4);
  const Tensor all = model.log_weights(x, 700, together);
  const Tensor first = model.log_weights(x.slice(0, 0, 1).contiguous(), 700, alone);
  CHECK(allclose(first, all.slice(0, 0, 1).contiguous(), 1e-5, 1e-4));
  Rng again(4);
  CHECK(identical(model.log_weights(x, 700, again), all));
}

TEST_CASE("codes and pictures of them: each image's own, in slices of many, and within 0..1") {
  Rng rng(1);
  Vae model({.height = 5, .width = 4, .levels = 6, .channels = 3, .latents = 3, .hidden = 4,
             .likelihood = LikelihoodKind::kLogisticMixture, .mixture = 2}, rng);
  const Tensor x = random_levels({140, 3, 5, 4}, 6, rng);
  const Tensor z = model.encode(x), seen = model.decode(z);
  REQUIRE(z.shape() == Shape{140, 3});
  REQUIRE(seen.shape() == x.shape());
  for (const Index i : {0, 64, 139}) {
    const Tensor image = x.slice(0, i, i + 1).contiguous();
    CHECK(allclose(model.posterior(image).mean.value(), z.slice(0, i, i + 1).contiguous()));
    CHECK(allclose(model.decoded(z.slice(0, i, i + 1).contiguous()).value(), seen.slice(0, i, i + 1).contiguous()));
  }
  CHECK(min(seen).item() >= 0);
  CHECK(max(seen).item() <= 1);
  CHECK(max(seen).item() - min(seen).item() > 0.01);
  check_levels("drawn", model.draw(5, rng), 3, 6);
}

TEST_CASE("dropout: in both nets, anew at every step, the same for the same seed, and not in evaluation") {
  for (const Index maps : {0, 8}) {
    CAPTURE(maps);
    VaeConfig config = kTiny;
    config.maps = maps;
    config.halvings = 1;
    config.dropout = 50;
    Rng rng(1);
    Vae model(config, rng);
    const Tensor x = digits_4x4(20), z = rng.normal({20, 2});
    const auto code = [&] { return model.posterior(x).mean.value(); };
    const auto picture = [&] { return model.pixel_numbers(z).value(); };
    CHECK_FALSE(identical(code(), code()));
    CHECK_FALSE(identical(picture(), picture()));
    const auto loss = [&](std::uint64_t seed) {
      Rng own(seed);
      return model.loss(x, {}, own).item();
    };
    const double first = loss(3);
    CHECK(loss(4) != first);
    CHECK(loss(3) == first);
    Rng one(5);  // that goes on from step to step
    const auto code_after_step = [&] {
      model.loss(x, {}, one);
      return code();
    };
    CHECK_FALSE(identical(code_after_step(), code_after_step()));
    model.eval();
    CHECK(identical(code(), code()));
    CHECK(identical(picture(), picture()));
  }
}

TEST_CASE("a semi-amortized VAE's decoder learns by refined posteriors, its encoder to say what they come to") {
  VaeConfig config = kTiny;
  config.refine = 3;
  Rng rng(1);
  Vae model(config, rng);
  const Tensor x = digits_4x4(20), noise = rng.normal({20, 2});
  const Posterior encoded = model.encoder_posterior(Var(x)), refined = model.posterior(Var(x));
  CHECK_FALSE(identical(encoded.mean.value(), refined.mean.value()));
  CHECK(identical(refined.mean.value(), model.posterior(Var(x)).mean.value()));
  const Var bound = mean(model.elbo(refined, x, noise).negative()), apart = mean(sum(kl(encoded, refined), {1}));
  const Var loss = model.loss(x, noise);
  CHECK(loss.item() == doctest::Approx(bound.item() + apart.item()));
  for (const auto& [name, parameter] : model.named_parameters()) {
    INFO(name);
    const Var& part = name.starts_with("encoder.") ? apart : bound;
    const Tensor expected = gradients(part, {parameter}, {}, {.retain_graph = true})[0];
    CHECK(sum_of_squares(expected) > 0);
    CHECK(allclose(gradients(loss, {parameter}, {}, {.retain_graph = true})[0], expected));
  }
}

TEST_CASE("what refining is for: a bound that is closer to log p(x), of new images too") {
  const Tensor x = digits_4x4(1600), held_out = x.slice(0, 600, 1600).contiguous();
  double gained = 0, encoder_lost = 0;
  for (const std::uint64_t seed : {1, 2, 3}) {
    const auto figures = [&](Index refine) {
      // Linear nets: the best posterior of an image is no linear function of it.
      Rng first(seed), draws(4);
      Vae model({.height = 4, .width = 4, .latents = 4, .layers = 0, .refine = refine}, first);
      train_vae(model, x.slice(0, 0, 600).contiguous(), 20);
      return model.evaluate(held_out, {}, draws);
    };
    const Figures plain = figures(0), refined = figures(20);
    REQUIRE(refined.size() == 5);
    REQUIRE(refined[4].name == "encoder_elbo_nats");
    gained += (plain[0].value - refined[0].value) / 3;
    encoder_lost += (refined[4].value - plain[0].value) / 3;
  }
  CAPTURE(gained);
  CAPTURE(encoder_lost);
  CHECK(gained > 0.05);
  CHECK(encoder_lost < 0.05);  // it has learned from posteriors that it did not make
}

TEST_CASE("refining is for the ELBO itself") {
  CHECK(contains(message_of([] { Vae({.kl = {.beta = 4}, .refine = 2}); }),
                 "refine is 2 with importance 1, beta 4, gamma 0 and dropout 0; posteriors are refined for the ELBO"));
  CHECK(contains(message_of([] { Vae({.importance = 5, .refine = 2}); }), "refine is 2 with importance 5"));
  CHECK(contains(message_of([] { Vae({.dropout = 10, .refine = 2}); }), "dropout 10; posteriors are refined"));
  CHECK(contains(message_of([] { Vae({.refine = -1}); }), "refine is -1 but must be 0 or more"));
}

TEST_CASE("what eval reports: the bound and its parts, active units, IWAE-K and refined posteriors if asked for") {
  Rng rng(1), draws(2), same(2), again(2), refining(2);
  Vae model(kTiny, rng);
  const Tensor x = digits_4x4(100);
  train_vae(model, x, 60);
  const Figures figures = model.evaluate(x, {}, draws, {.importance_samples = 50});
  REQUIRE(figures.size() == 5);
  CHECK(figures[0].name == "elbo_nats");
  CHECK(figures[0].value == doctest::Approx(figures[1].value + figures[2].value));
  CHECK(figures[0].value == doctest::Approx(model.elbo_parts(x, again).nats()));
  CHECK(figures[3].value == sum(active_units(model.encode(x))).item());
  CHECK(figures[3].value > 0);
  CHECK(figures[4].name == "iwae_nats");
  CHECK(figures[4].value < figures[0].value);
  const Figures without = model.evaluate(x, {}, same);
  REQUIRE(without.size() == 4);
  CHECK(without[0].value == figures[0].value);  // importance samples cost the ELBO no draw
  // With an encoder whose means are all two too high.
  for (auto& [name, parameter] : model.named_parameters())
    if (name == "encoder.head.bias") add_(parameter.mutable_value(), Tensor::from({2, 2, 0, 0}));
  // Each image twenty times: one draw of the latents is too coarse to tell the bounds apart.
  const Tensor often = concatenate(std::vector<Tensor>(20, x), 0);
  const Figures refined = model.evaluate(often, {}, refining, {.refine_steps = 60});
  REQUIRE(refined.size() == 5);
  CHECK(refined[4].name == "refined_elbo_nats");
  CHECK(refined[0].value > figures[0].value + 1);
  CHECK(refined[4].value < figures[0].value + 0.5);  // what was lost has come back
  CHECK(refined[4].value > figures[4].value);        // and a Gaussian falls short of IWAE
  CHECK(contains(message_of([&] { model.evaluate(x * Real(0.5), {}, draws); }), "but this model's pixels are 0 or 1"));
  CHECK(contains(message_of([] { Vae({.likelihood = static_cast<LikelihoodKind>(4)}); }), "likelihood is 4"));
}
