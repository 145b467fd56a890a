#include "models/infogan.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include <fmt/format.h>

#include "autograd/mode.h"
#include "autograd/ops.h"
#include "data/warp.h"
#include "models/digit_shape.h"
#include "models/factor_measures.h"
#include "models/hungarian.h"
#include "nn/activations.h"
#include "nn/batch_norm.h"
#include "nn/conv2d.h"
#include "nn/conv_transpose2d.h"
#include "nn/losses.h"
#include "nn/reshape.h"
#include "tensor/reduce.h"

namespace gradfold {
namespace {

constexpr Real kLeak = Real(0.1);
// In invariance_loss: of how unevenly the categories are used. With 0 a category stays nearly empty once it is, and
// two classes share another.
constexpr Real kEvenness = 2;
// The discriminator's loss at the beginning, when it can tell nothing; how much of a step enters the average; and the
// average at which the generator is taken to be lost.
constexpr double kBlindLoss = 2 * std::numbers::ln2, kNewShare = 0.02, kLost = 0.01;

const InfoGanConfig& checked(const InfoGanConfig& c) {
  require(c.side >= 8 && c.side % 4 == 0, "InfoGan", "side is {} but must be a multiple of 4, 8 or more", c.side);
  require(c.maps >= 1 && c.hidden >= 1 && c.code_hidden >= 1, "InfoGan",
          "maps is {}, hidden {} and code_hidden {}; each must be 1 or more", c.maps, c.hidden, c.code_hidden);
  require(c.categories >= 2, "InfoGan", "categories is {} but must be 2 or more", c.categories);
  require(c.noise >= 0 && c.continuous >= 0, "InfoGan", "noise is {} and continuous {}; neither may be negative",
          c.noise, c.continuous);
  require(c.lambda >= 0 && c.lambda_continuous >= 0, "InfoGan",
          "lambda is {} and lambda_continuous {}; neither may be negative", c.lambda, c.lambda_continuous);
  require(c.lambda_ratio >= 0 && c.image_noise >= 0, "InfoGan",
          "lambda_ratio is {} and image_noise {}; neither may be negative", c.lambda_ratio, c.image_noise);
  require(c.invariance >= 0 && c.warm_up >= 0 && c.discriminator_rate >= 1, "InfoGan",
          "invariance is {}, warm_up {} and discriminator_rate {} but they must be 0, 0 and 1 or more", c.invariance,
          c.warm_up, c.discriminator_rate);
  return c;
}

Var says(const Var& logits, Real target) {
  return bce_with_logits(logits, Tensor::full(logits.shape(), target), Reduction::kMean);
}

}  // namespace

InfoGanConfig slim_infogan() {
  // Slant is easily read, so its code needs less weight than the next.
  return {.maps = 16, .hidden = 128, .code_hidden = 64, .noise = 32, .lambda_continuous = 50, .lambda_ratio = 200,
          .image_noise = 40, .invariance = 100, .warm_up = 1500, .discriminator_rate = 50};
}

InfoGan::InfoGan(InfoGanConfig config)
    : LatentModel(kGrey, 1, checked(config).side, config.side), settings(config),
      generator(child<Sequential>("generator")), trunk(child<Sequential>("trunk")),
      real_head(child<Linear>("real_head", config.hidden, 1)), code_head(child<Sequential>("code_head")),
      watched_(kBlindLoss), steps_(buffer("steps", Tensor::zeros({1}))) {
  const InfoGanConfig& c = settings;
  const Index small = c.side / 4, wide = 2 * c.maps;
  // What batch normalization follows needs no bias.
  const ConvTransposeOptions up = {.stride = 2, .padding = 1, .bias = false};
  generator.add<Linear>(code_size(), c.hidden, false).add<BatchNorm1d>(c.hidden).add<ReLU>();
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

InfoGanCodes InfoGan::draw(Index n, Rng& rng) const {
  InfoGanCodes codes{.category = Indices(Shape{n}),
                     .continuous = rng.uniform({n, settings.continuous}, -1, 1),
                     .noise = rng.uniform({n, settings.noise}, -1, 1)};
  for (auto& category : codes.category.values) category = static_cast<std::int32_t>(rng.below(settings.categories));
  return codes;
}

Tensor InfoGan::input(const InfoGanCodes& codes) const {
  const Index n = codes.size();
  check_shape("InfoGan", "codes.continuous", codes.continuous.shape(), {n, settings.continuous});
  check_shape("InfoGan", "codes.noise", codes.noise.shape(), {n, settings.noise});
  return concatenate({one_hot(codes.category, settings.categories), codes.continuous, codes.noise}, 1);
}

Var InfoGan::decoded(const Var& z, const Indices&) {
  check_shape("InfoGan", "z", z.shape(), {"N", code_size()});
  return scoped([&] { return generator(z); });
}

Var InfoGan::encoded(const Var& x, const Indices&) {
  const Reading reading = read(x);
  const Tensor noise = Tensor::zeros({x.size(0), settings.noise});
  return concatenate(std::vector<Var>{softmax(reading.category, 1), reading.mean, noise}, 1);
}

Tensor InfoGan::walk(const Tensor& z, Index latent, Index steps) {
  check_shape("InfoGan", "z", z.shape(), {1, code_size()});
  require(latent >= 0 && latent < latents(), "InfoGan", "latent is {} but must be one of 0..{}", latent,
          latents() - 1);
  require(steps >= 1, "InfoGan", "steps is {} but must be 1 or more", steps);
  const Index k = settings.categories;
  Tensor out = z.expand({steps, code_size()}).clone();
  for (Index i = 0; i < steps; ++i) {
    const Real t = steps == 1 ? Real(0.5) : static_cast<Real>(i) / static_cast<Real>(steps - 1);
    if (latent > 0) {
      out.set({i, k + latent - 1}, 2 * t - 1);
      continue;
    }
    // Each in turn; in fewer steps some, from the first to the last.
    const Index shown = steps < k ? std::lround(t * static_cast<Real>(k - 1)) : i % k;
    for (Index category = 0; category < k; ++category) out.set({i, category}, category == shown ? Real(1) : Real(0));
  }
  return out;
}

InfoGan::Reading InfoGan::read(const Var& images, bool information_reaches_trunk) {
  check_images("images", images.shape());
  return scoped([&] {
    const Var seen = trunk(images);
    const Var codes = code_head(information_reaches_trunk ? seen : seen.detach());
    const Index k = settings.categories;
    return Reading{real_head(seen), slice(codes, 1, 0, k), slice(codes, 1, k, k + settings.continuous)};
  });
}

Var InfoGan::information_loss(const Reading& reading, const InfoGanCodes& codes, bool plain) const {
  const auto weight = [&](Index lambda) { return plain ? Real(1) : static_cast<Real>(lambda) / 100; };
  Var loss = cross_entropy(reading.category, codes.category, Reduction::kMean) * weight(settings.lambda);
  Real of_code = weight(settings.lambda_continuous) * (plain ? 1 : warmth());
  for (Index i = 0; i < settings.continuous; ++i) {
    const Tensor code = codes.continuous.slice(1, i, i + 1).contiguous();
    const Tensor unit = Tensor::zeros(code.shape());  // log of a variance of 1
    loss = loss + gaussian_nll(slice(reading.mean, 1, i, i + 1), unit, code, Reduction::kBatchMean) * of_code;
    if (!plain) of_code *= static_cast<Real>(settings.lambda_ratio) / 100;
  }
  return loss;
}

Real InfoGan::warmth() const {
  const Real done = steps_.data()[0], all = static_cast<Real>(settings.warm_up);
  return training() && done < all ? done / all : Real(1);
}

Var InfoGan::shown(const Var& images, Rng& rng) const {
  if (settings.image_noise == 0) return images;
  return images + rng.normal(images.shape(), 0, static_cast<Real>(settings.image_noise) / 100);
}

void InfoGan::watch(double adversarial_loss) {
  watched_ += kNewShare * (adversarial_loss - watched_);
  // A NaN passes: whoever trains says that the loss is one.
  require(!(watched_ <= kLost), "InfoGan",
          "the discriminator's loss has fallen to {:.4f}: it tells every drawn image from a real one, and the "
          "generator learns nothing from it any more; hint: lower the learning rate, or start with another seed",
          watched_);
}

Var InfoGan::invariance_loss(const Var& category, const Var& of_changed) const {
  const Real each = Real(1) / static_cast<Real>(category.size(0));
  const Var one_way = matmul(softmax(category, 1), softmax(of_changed, 1), {.transpose_a = true}) * each;
  // Which of the two images comes first says nothing. Far below any probability that matters, and log(0) is none.
  const Var both = (one_way + transpose(one_way, 0, 1)) * Real(0.5) + Real(1e-8);
  const Var alone = sum(both, {1}, /*keepdim=*/true);
  const Var together = -sum(both * log(both)), each_alone = -sum(alone * log(alone));  // entropies
  const Real most = static_cast<Real>(std::log(settings.categories));
  return (most - (each_alone * Real(2) - together)) + (most - each_alone) * kEvenness;
}

Var InfoGan::discriminator_loss(const Tensor& x, const Tensor& drawn, const InfoGanCodes& codes,
                                const Changed& changed) {
  const Reading of_real = read(x), of_drawn = read(drawn, informed());
  const Var adversarial = says(of_real.real, 1) + says(of_drawn.real, 0);
  watch(adversarial.item());
  if (training()) steps_.data()[0] += 1;
  if (!changed.x.defined()) return adversarial + information_loss(of_drawn, codes, /*plain=*/!informed());
  const Reading of_changed = read(changed.drawn, informed());
  const Index first = std::min<Index>(settings.continuous, 1);
  const std::vector<Var> means = {slice(of_drawn.mean, 1, 0, first),
                                  slice(of_changed.mean, 1, first, settings.continuous)};
  const Reading told{.real = {}, .category = of_changed.category, .mean = concatenate(means, 1)};
  const Var invariance = invariance_loss(of_real.category, read(changed.x).category);
  return adversarial + information_loss(told, codes, /*plain=*/!informed()) +
         invariance * (static_cast<Real>(settings.invariance) / 100);
}

Var InfoGan::generator_loss(const Var& drawn, const InfoGanCodes& codes) {
  const Reading reading = read(drawn);
  const Var loss = says(reading.real, 1);
  return informed() ? loss + information_loss(reading, codes) : loss;
}

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

double InfoGan::information(const Tensor& drawn, const InfoGanCodes& codes) {
  NoGrad guard;
  const Var unread = cross_entropy(read(drawn).category, codes.category, Reduction::kMean);
  return std::log(static_cast<double>(settings.categories)) - unread.item();
}

Indices InfoGan::categories_of(const Tensor& images) {
  NoGrad guard;
  Indices out(Shape{images.size(0)});
  for_slices(images.size(0), {}, [&](Index from, Index to) {
    const Indices found = argmax(read(images.slice(0, from, to).contiguous()).category.value(), 1);
    std::copy(found.values.begin(), found.values.end(), out.values.begin() + from);
  });
  return out;
}

Tensor InfoGan::latent_correlations(const Tensor& z, const Tensor& measures) const {
  const Index k = settings.categories, continuous = settings.continuous;
  Tensor out = Tensor::full({latents(), measures.size(1)}, std::numeric_limits<Real>::quiet_NaN());
  if (continuous > 0) {
    out.slice(0, 1, latents()).copy_from(correlations_within(
        z.slice(1, k, k + continuous), measures, argmax(z.slice(1, 0, k).contiguous(), 1), k));
  }
  return out;
}

std::vector<Objective> InfoGan::objectives() {
  struct FrozenDiscriminator {
    InfoGan& gan;
    explicit FrozenDiscriminator(InfoGan& gan) : gan(gan) { gan.freeze_discriminator(true); }
    ~FrozenDiscriminator() { gan.freeze_discriminator(false); }
  };
  Objective discriminator{.name = "discriminator", .unit = "nats", .parameters = discriminator_parameters(),
                          .loss = [this](const Tensor& x, const Indices&, Rng& rng) {
                            check_levels("InfoGan", x, channels(), levels());
                            const InfoGanCodes codes = draw(x.size(0), rng);
                            Tensor drawn;
                            {
                              NoGrad guard;
                              drawn = generate(codes).value();
                            }
                            const Tensor real = shown(x, rng).value();
                            Changed changed;
                            if (settings.invariance > 0) {
                              changed.x = shown(random_affine(x, rng), rng).value();
                              changed.drawn = shown(random_affine(drawn, rng), rng).value();
                            }
                            return discriminator_loss(real, shown(drawn, rng).value(), codes, changed);
                          },
                          .lr_factor = static_cast<double>(settings.discriminator_rate) / 100, .beta1 = 0.5};
  Objective generator_{.name = "generator", .unit = "nats", .parameters = generator_parameters(),
                       .loss = [this](const Tensor& x, const Indices&, Rng& rng) {
                         const InfoGanCodes codes = draw(x.size(0), rng);
                         const FrozenDiscriminator frozen(*this);
                         return generator_loss(shown(generate(codes), rng), codes);
                       },
                       .beta1 = 0.5};
  return {discriminator, generator_};
}

Figures InfoGan::evaluate(const Tensor& x, const Indices& labels, Rng& rng, const EvaluateOptions& options) {
  constexpr Index kDrawn = 1000;
  Figures figures;
  if (labels.numel() > 0) {
    const Index classes = 1 + *std::max_element(labels.values.begin(), labels.values.end());
    const CodePurity found = code_purity(categories_of(x), labels, settings.categories, classes);
    figures.push_back({"code_error", "of the images in the category of another class", found.error});
  }
  const InfoGanCodes codes = draw(kDrawn, rng);
  const Tensor drawn = decode(input(codes));
  const double bound = information(drawn, codes), whole = std::log(static_cast<double>(settings.categories));
  figures.push_back({"unread_nats", "nats of the category unread", whole - bound});
  figures.push_back({"information_nats", "nats read", bound, {}, /*higher_is_better=*/true});
  if (settings.continuous >= 2) {
    const CodeMeaning meaning = code_meaning(codes, drawn, settings.categories);
    figures.push_back({"slant_correlation", fmt::format("of slant with code {}", meaning.slant_code + 1),
                       meaning.slant, {}, true});
    figures.push_back({"thickness_correlation", fmt::format("of thickness with code {}", meaning.thickness_code + 1),
                       meaning.thickness, {}, true});
  }
  if (options.progress) options.progress(x.size(0), x.size(0));
  return figures;
}

std::string InfoGan::warning(const Figures& held_out) const {
  constexpr double kAbsurd = 100;  // nats; guessing leaves log(categories) of them unread
  for (const Figure& figure : held_out)
    if (figure.name == "unread_nats" && figure.value > kAbsurd)
      return fmt::format("training diverges: a drawn image's category is read with an error of {:.3g} nats, where "
                         "guessing has {:.3g}; hint: begin anew with a smaller --lr, or with --clip", figure.value,
                         std::log(static_cast<double>(settings.categories)));
  return {};
}

CodeMeaning code_meaning(const InfoGanCodes& codes, const Tensor& images, Index categories) {
  const Index n = codes.continuous.size(1);
  require(n >= 2, "code_meaning", "there is {} continuous code; slant and thickness need two", n);
  CodeMeaning out{.slant_code = 0, .thickness_code = 0, .slant = 0, .thickness = 0,
                  .all = correlations_within(codes.continuous, digit_shapes(images), codes.category, categories)};
  const Tensor strength = abs(out.all).slice(1, 0, 2).transpose(0, 1).contiguous();  // slant and thickness, by code
  const std::vector<Index> code_of = cheapest_assignment(-strength);
  out.slant_code = code_of[0], out.thickness_code = code_of[1];
  out.slant = out.all.at({code_of[0], 0}), out.thickness = out.all.at({code_of[1], 1});
  return out;
}

ModelConfig InfoGan::config() const {
  const InfoGanConfig& c = settings;
  return {{"maps", c.maps}, {"hidden", c.hidden}, {"code_hidden", c.code_hidden}, {"noise", c.noise},
          {"categories", c.categories}, {"continuous", c.continuous}, {"lambda", c.lambda},
          {"lambda_continuous", c.lambda_continuous}, {"lambda_ratio", c.lambda_ratio},
          {"image_noise", c.image_noise}, {"invariance", c.invariance},
          {"warm_up", c.warm_up},
          {"discriminator_rate", c.discriminator_rate}, {"side", c.side}};
}

std::map<std::string, std::string> InfoGan::config_help() const {
  return {{"maps", "of the generator's last hidden layer and the discriminator's first; twice as many inside"},
          {"hidden", "units of the fully connected layers of generator and discriminator"},
          {"code_hidden", "units of Q's own layer"},
          {"noise", "numbers that the generator is given and that nobody reads back"},
          {"categories", "values of the categorical code"},
          {"continuous", "continuous codes"},
          {"lambda", "weight of the category's information, in hundredths"},
          {"lambda_continuous", "weight of the continuous codes' information; both 0: a plain GAN, which Q looks at"},
          {"lambda_ratio", "weight of each further continuous code, in hundredths of the one before"},
          {"image_noise", "deviation of the noise on what discriminator and Q are shown in training, in hundredths"},
          {"invariance", "weight of the agreement of the categories of an image and of the same image drawn a little "
                         "differently, in hundredths"},
          {"warm_up", "training steps through which the weight of the continuous codes grows from 0"},
          {"discriminator_rate", "the discriminator's learning rate, in hundredths of --lr, which is the generator's"},
          {"side", "rows and columns of the images, a multiple of 4"}};
}

}  // namespace gradfold
