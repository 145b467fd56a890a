// 4.4  The variational autoencoder: the encoder gives a distribution, and the decoder generates from it.
//
//   encoder   q(z | x) = N(mean, variance), a mean and a variance for each latent
//   draw      z = mean + sqrt(variance) * noise,   noise ~ N(0, 1)
//   decoder   p(x | z): how likely ink is in each pixel
//   loss      -log p(x | z) + KL(q(z | x) || N(0, 1)) >= -log p(x)           nats per image: -ELBO
//
// Read main() from top to bottom; every training is the loop of train(). It trains
//   model      40 latents, the VAE of all that is measured
//   plane      2 latents, to look at
//   mistaken   40 latents, with a mean over pixels where a sum belongs
//   line       one latent, two pixels, no hidden layer: its log p(x) has a formula (lessons/linear_vae.h)
#include <cmath>
#include <functional>

#include "autograd/ops.h"
#include "lessons/code_plane.h"
#include "lessons/comparison.h"
#include "lessons/iwae_ladder.h"
#include "lessons/latent_pictures.h"
#include "lessons/lesson.h"
#include "lessons/linear_vae.h"
#include "models/independent_pixels.h"
#include "nn/losses.h"
#include "nn/optim/adam.h"
#include "nn/optim/schedule.h"
#include "tensor/indexing.h"

using namespace gradfold;

namespace {

// How the losses of 784 pixels become one: as a sum they are -log p(x | z), as a mean they are 784 times less.
enum class OverPixels { kSum, kMean };

void train(Lesson& lesson, Vae& model, const Dataset& images, OverPixels over, TrainOptions options,
           const std::function<void()>& after_epoch = [] {}) {
  Adam optimizer(model.parameters(), {.lr = 2e-3});
  Rng rng = lesson.rng("noise").fork(options.title);
  Lesson::Epochs epochs = lesson.epochs(images, options);
  const Schedule rate = schedule::cosine(epochs.steps());
  Index step = 0;
  for (const auto& [x, labels, rows, number] : epochs) {
    const Posterior q = model.posterior(x);                       // the encoder: means, log variances
    const Var z = reparameterize(q, rng.normal(q.mean.shape()));  // a draw that gradients go through
    Var missing = bce_with_logits(model.pixel_numbers(z), x, Reduction::kBatchMean);  // -log p(x | z), over pixels
    if (over == OverPixels::kMean) missing = missing / static_cast<Real>(x.numel() / x.size(0));  // the mistake
    const Var kl = kl_to_standard_normal(q.mean, q.log_var, Reduction::kBatchMean);  // over latents
    const Var loss = missing + kl;
    optimizer.zero_grad();
    loss.backward();
    optimizer.set_lr(2e-3 * rate(step++));
    optimizer.step();
    lesson.show("nats", loss.item());
    if (step % epochs.per_epoch() == 0) after_epoch();
  }
}

// How much what is drawn varies with z: the pixels' standard deviation over the images.
double variation(const Tensor& drawn) { return std::sqrt(mean(square(drawn - mean(drawn, {0}, true))).item()); }

}  // namespace

int main(int argc, char** argv) {
  Lesson lesson(argc, argv,
                {.step = "4.4", .title = "VAE: a distribution in the middle",
                 .note = "Encoder가 단일 벡터를 내는 게 아니라 평균 벡터 + 분산 벡터를 출력 -> 잠재 공간을 분포로 "
                         "모델링, Decoder는 이 분포에서 샘플링한 z로부터 데이터를 생성",
                 .claim = "The encoder gives a vector of means and one of variances, so the latent space is modelled "
                          "as a distribution; the decoder generates data from a z drawn from it.",
                 .look_at = "Look at latent_plane.png beside codes.png, then at mistake.png: the same net, a mean\n"
                            "where a sum belongs. Change .latents of the model: do more of them carry anything?",
                 .labels = true, .epochs = 60, .full_epochs = 100, .train = 8000, .test = 1000, .fewest_test = 200});
  const Dataset images = lesson.train_images(binarize), test = lesson.test_images(binarize);
  const VaeConfig config{
      .height = images.images.size(2), .width = images.images.size(3), .latents = 40, .hidden = 200};
  VaeConfig two_latents = config;
  two_latents.latents = 2;
  Rng first_values = lesson.rng("first values"), draws = lesson.rng("draws"), drawing = lesson.rng("drawing");

  // ---- the VAE, and the two parts of its loss on held-out images ---------------------------------------------
  Vae model(config, first_values);
  lesson.say("{} parameters, {} images to learn from, {} held out", model.parameter_count(), images.size(),
             test.size());
  std::vector<double> reconstruction, kl, both;
  const auto look = [&] {
    Rng same = lesson.rng("held-out noise");
    const Vae::ElboParts parts = model.elbo_parts(test.images, same);
    reconstruction.push_back(mean(parts.reconstruction).item());
    kl.push_back(parts.nats() - reconstruction.back());
    both.push_back(parts.nats());
  };
  train(lesson, model, images, OverPixels::kSum, {.batch = 50, .title = "VAE"}, look);
  Chart through({.title = "held-out images through training", .x = "epoch", .y = "nats per image"});
  through.line("-log p(x | z)", reconstruction).line("KL", kl).line("both: -ELBO", both);
  lesson.picture("elbo.png", through, "the two parts of the loss: the KL grows as the latents learn to say something");
  const double without = counted_pixels_nats(images.images, test.images);
  lesson.claim("V5", "learning lowers a bound on -log p(x): far below what independent pixels cost", both.back(),
               both.back() < 0.6 * without,
               "-ELBO {:.1f} nats = {:.1f} for the pixels + {:.1f} of KL; independent pixels {:.1f}", both.back(),
               reconstruction.back(), kl.back(), without);

  // ---- the latent space is a distribution ----------------------------------------------------------------------
  const Posterior q = model.posterior(test.images);
  const Tensor z = reparameterize(q, draws.normal(q.mean.shape())).value();
  const Tensor nats = mean(kl_to_prior(q, z).value(), {0}), active = active_units(q.mean.value());
  const Index units = static_cast<Index>(sum(active).item());
  const Tensor spread = gradfold::sqrt(mean(square(z), {0}) - square(mean(z, {0})));
  const double least = min(spread).item(), most = max(spread).item(), in_active = sum(nats * active).item();
  lesson.claim("V5", "over all images the draws of the encoder fill the prior N(0, 1), latent by latent", most,
               least > 0.75 && most < 1.35, "standard deviations from {:.2f} to {:.2f}", least, most);
  lesson.claim("V5", "latents that say nothing are switched off: their q(z | x) is the prior for every x",
               in_active / sum(nats).item(),
               units >= 3 && units < config.latents && in_active > 0.97 * sum(nats).item(),
               "{} of {} active, with {:.1f} of the KL's {:.1f} nats", units, config.latents, in_active,
               sum(nats).item());
  lesson.picture("kl_per_latent.png", latents_by_kl(nats), "KL of each latent: those near 0 are switched off");

  // ---- the KL by formula and by draws --------------------------------------------------------------------------
  Rng noise = lesson.rng("KL");
  const Tensor sampled = sum(model.elbo_parts(test.images, noise, {}, KlEstimate::kSampled).kl, {1});
  const Tensor formula = sum(kl_to_prior(q, z).value(), {1});
  const Lead off = paired_lead(sampled, formula);
  lesson.claim("V5", "the KL by its formula is what draws of z give on average", off.mean,
               std::abs(off.mean) < 4 * off.error,
               "formula {:.2f} nats, one draw each {:.2f}: off by {:.2f} +- {:.2f}", mean(formula).item(),
               mean(sampled).item(), off.mean, off.error);

  // ---- more draws of z, a tighter bound ------------------------------------------------------------------------
  const Tensor weights = model.log_weights(test.images.slice(0, 0, 200).contiguous(), 1000, draws);
  const IwaeLadder bounds = iwae_ladder(weights, {1, 10, 100, 1000});
  Chart tightening({.title = "the more draws, the nearer to -log p(x)", .x = "K, draws of z for each image",
                    .y = "nats per image", .log_x = true});
  tightening.line("bound", bounds.draws, bounds.nats);
  lesson.picture("bounds.png", tightening, "the importance-weighted bound of 200 held-out images; K = 1 is the ELBO");
  lesson.say("the bound by K draws of z, 200 held-out images, nats: {}", bounds.str());

  // ---- the decoder generates -----------------------------------------------------------------------------------
  const Tensor shown = test.images.slice(0, 0, 16).contiguous();
  lesson.picture("reconstructions.png",
                 grid(reconstructions(model, shown), {.columns = 16, .row_titles = {"image", "decoded"}}),
                 "held-out images, and what the decoder makes of the mean of their q(z | x)");
  const Tensor prior = drawing.normal({32, config.latents}), made = model.decode(prior);
  lesson.picture("samples.png", grid(made, {.columns = 16}), "decoded draws of z from N(0, 1)");

  Vae plane(two_latents, first_values);
  train(lesson, plane, images, OverPixels::kSum, {.batch = 50, .epochs = 20, .title = "2 latents", .stream = 1});
  const Tensor square_of_codes = code_square(15, Tensor::zeros({2}), Tensor::full({2}, Real(2.2)));
  lesson.picture("latent_plane.png", grid(plane.decode(square_of_codes), {.columns = 15, .zoom = 2, .gap = 0}),
                 "what the plane of two latents decodes to, from -2.2 to 2.2 both ways");
  lesson.picture("codes.png",
                 code_map("where the encoder puts held-out images", plane.encode(test.images), test.labels),
                 "held-out images in that plane, coloured by digit");

  // ---- the mistake ---------------------------------------------------------------------------------------------
  Vae mistaken(config, first_values);
  train(lesson, mistaken, images, OverPixels::kMean, {.batch = 50, .epochs = 8, .title = "mistake", .stream = 2});
  const double carried = std::abs(mean(sum(mistaken.elbo_parts(test.images, noise).kl, {1})).item());
  const std::string said = collapse_warning(carried, config.latents);
  lesson.say("the mistaken one: {}", said.empty() ? "no collapse" : said);
  const Tensor wrongly = mistaken.decode(prior);
  lesson.picture("mistake.png", grid(concatenate({made.slice(0, 0, 16), wrongly.slice(0, 0, 16)}, 0),
                                     {.columns = 16, .row_titles = {"sum", "mean"}}),
                 "the same draws of z decoded by the two nets: a mean over pixels leaves one blurred image for all");
  lesson.claim("V5", "a mean over pixels makes the KL, a sum over latents, 784 times dearer: the posterior collapses",
               carried, !said.empty() && variation(wrongly) < variation(made) / 5,
               "{:.4f} nats of KL instead of {:.1f}; over z the images vary by {:.3f} instead of {:.3f}", carried,
               kl.back(), variation(wrongly), variation(made));

  // ---- a model whose log p(x) is known -------------------------------------------------------------------------
  Rng points = lesson.rng("points");
  Dataset cloud = {.name = "points", .images = points_of_a_line(4000, points), .labels = {}, .factors = {}};
  const Tensor held_out = points_of_a_line(2000, points);
  Vae line(kLinearVae, first_values);
  Adam optimizer(line.parameters(), {.lr = 1e-2});
  Rng more_draws = lesson.rng("more draws");
  std::vector<Lead> nearer;  // to log p(x), where the encoder is not yet good
  std::string gaps;
  bool as_known = true;
  double gap = 0;
  const auto check = [&] {
    const GapCheck now = check_gap(line, held_out, 200, draws);
    gap = now.measured;
    as_known = as_known && std::abs(now.off.mean) < 4 * now.off.error + 1e-4;
    gaps += fmt::format("{}{:.4f} and {:.4f}", gaps.empty() ? "" : ", then ", gap, now.known);
  };
  check();  // untrained
  Lesson::Epochs passes = lesson.epochs(cloud, {.batch = 100, .epochs = 100, .title = "2-D Gaussian"});
  Index step = 0, passed = 0;
  for (const Batch& batch : passes) {
    const Var loss = line.loss(batch.images, {}, noise);  // the same loss, for Gaussian pixels
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    if (++step % passes.per_epoch() != 0 || !nearer.empty()) continue;
    if (mean(known_bound(line, held_out).gap).item() > 1) continue;
    passed = step / passes.per_epoch();
    check();  // trained a little: to within a nat
    nearer = below_log_p(line, held_out, {1, 10, 100, 1000}, more_draws);
  }
  check();  // well trained
  lesson.claim("V5", "where log p(x) has a formula, the ELBO lies KL(q || p(z | x)) below it; training closes the gap",
               gap, as_known && gap < 0.02, "measured and by formula: " + gaps + " nats");
  bool falls = !nearer.empty();
  for (std::size_t i = 1; i < nearer.size(); ++i) falls = falls && nearer[i].mean < nearer[i - 1].mean;
  if (nearer.empty()) nearer.resize(4);  // it never came to within a nat, and no claim holds
  const Lead first = nearer.front(), last = nearer.back();
  lesson.claim("V5", "and with K draws of z the bound comes nearer to log p(x): with 1000 it is all but there",
               last.mean, falls && std::abs(last.mean) < 0.02 * first.mean + 4 * last.error,
               "nats below, after {} epochs: K = 1: {:.2f}, K = 10: {:.3f}, K = 100: {:.4f}, "
               "K = 1000: {:.4f} +- {:.4f}",
               passed, first.mean, nearer[1].mean, nearer[2].mean, last.mean, last.error);
  return lesson.close();
}
