#include "models/infogan.h"

#include <cmath>
#include <numbers>

#include "autograd/ops.h"
#include "nn/activations.h"
#include "nn/conv2d.h"
#include "nn/conv_transpose2d.h"
#include "nn/losses.h"
#include "nn/reshape.h"

namespace gradfold {
namespace {

constexpr Real kLeak = Real(0.1);
// The discriminator's loss at the beginning, when it can tell nothing; how much of a step enters the average; and the
// average at which the generator is taken to be lost.
constexpr double kBlindLoss = 2 * std::numbers::ln2, kNewShare = 0.02, kLost = 0.01;

const InfoGanConfig& checked(const InfoGanConfig& c) {
  require(c.side >= 8 && c.side % 4 == 0, "InfoGan", "side is {} but must be a multiple of 4, 8 or more", c.side);
  require(c.categories >= 2, "InfoGan", "categories is {} but must be 2 or more", c.categories);
  require(c.noise >= 0 && c.continuous >= 0, "InfoGan", "noise is {} and continuous {}; neither may be negative",
          c.noise, c.continuous);
  require(c.lambda >= 0 && c.lambda_continuous >= 0, "InfoGan", "lambda is {} and lambda_continuous {}; neither may "
          "be negative", c.lambda, c.lambda_continuous);
  return c;
}

Var says(const Var& logits, Real target) {
  return bce_with_logits(logits, Tensor::full(logits.shape(), target), Reduction::kMean);
}

}  // namespace

InfoGan::InfoGan(InfoGanConfig config)
    : settings(checked(config)), generator(child<Sequential>("generator")), trunk(child<Sequential>("trunk")),
      real_head(child<Linear>("real_head", config.hidden, 1)), code_head(child<Sequential>("code_head")),
      watched_(kBlindLoss) {
  const InfoGanConfig& c = settings;
  const Index small = c.side / 4, wide = 2 * c.maps;
  // What batch normalization follows needs no bias.
  const ConvTransposeOptions up = {.stride = 2, .padding = 1, .bias = false};
  generator.add<Linear>(c.noise + c.categories + c.continuous, c.hidden, false).add<BatchNorm1d>(c.hidden).add<ReLU>();
  generator.add<Linear>(c.hidden, wide * small * small, false).add<BatchNorm1d>(wide * small * small).add<ReLU>();
  generator.add<Unflatten>(Shape{wide, small, small});
  generator.add<ConvTranspose2d>(wide, c.maps, 4, up).add<BatchNorm2d>(c.maps).add<ReLU>();
  generator.add<ConvTranspose2d>(c.maps, 1, 4, ConvTransposeOptions{.stride = 2, .padding = 1}).add<Sigmoid>();

  const ConvOptions down = {.stride = 2, .padding = 1, .bias = false};
  trunk.add<Conv2d>(1, c.maps, 4, ConvOptions{.stride = 2, .padding = 1}).add<LeakyReLU>(kLeak);
  trunk.add<Conv2d>(c.maps, wide, 4, down).add<BatchNorm2d>(wide).add<LeakyReLU>(kLeak);
  trunk.add<Flatten>().add<Linear>(wide * small * small, c.hidden, false).add<BatchNorm1d>(c.hidden);
  trunk.add<LeakyReLU>(kLeak);
  code_head.add<Linear>(c.hidden, c.code_hidden, false).add<BatchNorm1d>(c.code_hidden).add<LeakyReLU>(kLeak);
  code_head.add<Linear>(c.code_hidden, c.categories + c.continuous);
}

InfoGanCodes InfoGan::draw_codes(Index n, Rng& rng) const {
  InfoGanCodes codes{.noise = rng.uniform({n, settings.noise}, -1, 1),
                     .category = Indices(Shape{n}),
                     .continuous = rng.uniform({n, settings.continuous}, -1, 1)};
  for (auto& category : codes.category.values) category = static_cast<std::int32_t>(rng.below(settings.categories));
  return codes;
}

Var InfoGan::generate(const InfoGanCodes& codes) {
  const Index n = codes.size();
  check_shape("InfoGan", "codes.noise", codes.noise.shape(), {n, settings.noise});
  check_shape("InfoGan", "codes.continuous", codes.continuous.shape(), {n, settings.continuous});
  return scoped([&] {
    return generator(concatenate({codes.noise, one_hot(codes.category, settings.categories), codes.continuous}, 1));
  });
}

InfoGan::Reading InfoGan::read(const Var& images) { return read(images, true); }

InfoGan::Reading InfoGan::read(const Var& images, bool information_reaches_trunk) {
  check_shape("InfoGan", "images", images.shape(), {"N", 1, settings.side, settings.side});
  return scoped([&] {
    const Var seen = trunk(images);
    const Var codes = code_head(information_reaches_trunk ? seen : seen.detach());
    const Index k = settings.categories;
    return Reading{real_head(seen), slice(codes, 1, 0, k), slice(codes, 1, k, k + settings.continuous)};
  });
}

Var InfoGan::information_loss(const Reading& reading, const InfoGanCodes& codes, bool plain) const {
  const auto weight = [&](double lambda) { return static_cast<Real>(plain ? 1 : lambda); };
  Var loss = cross_entropy(reading.category, codes.category, Reduction::kMean) * weight(settings.lambda);
  if (settings.continuous == 0) return loss;
  const Tensor unit = Tensor::zeros(codes.continuous.shape());  // log of a variance of 1
  return loss + gaussian_nll(reading.mean, unit, codes.continuous, Reduction::kBatchMean) *
                    weight(settings.lambda_continuous);
}

void InfoGan::watch(double adversarial_loss) {
  watched_ += kNewShare * (adversarial_loss - watched_);
  require(watched_ > kLost, "InfoGan",
          "the discriminator's loss has fallen to {:.4f}: it tells every drawn image from a real one, and the generator "
          "learns nothing from it any more; hint: lower the discriminator's learning rate against the generator's, or "
          "start with another seed",
          watched_);
}

Var InfoGan::discriminator_loss(const Tensor& x, const Tensor& drawn, const InfoGanCodes& codes) {
  const bool informed = settings.lambda > 0 || settings.lambda_continuous > 0;
  const Reading of_real = read(x), of_drawn = read(drawn, informed);
  const Var adversarial = says(of_real.real, 1) + says(of_drawn.real, 0);
  watch(adversarial.item());
  return adversarial + information_loss(of_drawn, codes, /*plain=*/!informed);
}

Var InfoGan::generator_loss(const Var& drawn, const InfoGanCodes& codes) {
  const Reading reading = read(drawn);
  const Var loss = says(reading.real, 1);
  const bool informed = settings.lambda > 0 || settings.lambda_continuous > 0;
  return informed ? loss + information_loss(reading, codes) : loss;
}

std::vector<Var> InfoGan::generator_parameters() const { return generator.parameters(); }

std::vector<Var> InfoGan::discriminator_parameters() const {
  std::vector<Var> all = trunk.parameters();
  for (const Module* part : {static_cast<const Module*>(&real_head), static_cast<const Module*>(&code_head)})
    for (const Var& parameter : part->parameters()) all.push_back(parameter);
  return all;
}

void InfoGan::freeze_discriminator(bool on) {
  trunk.freeze(on);
  real_head.freeze(on);
  code_head.freeze(on);
}

}  // namespace gradfold
