// 4.5  AE and VAE: the same two nets, once to compress and restore, once to generate.
//
//   AE    z = mean(x)                            loss = -log p(x | z)
//   VAE   z = mean(x) + deviation(x) * noise     loss = -log p(x | z) + beta KL(q(z | x) || N(0, 1)),  beta = 1
//
// Read main() from top to bottom; every training is the loop of train(). Both nets start with the same weights. An AE
// has no distribution of codes to draw from, so the codes of the training images get one: a Gaussian with their means
// and covariances. What is drawn is judged by three who know the images well: a PixelCNN (how likely?), a classifier (is
// it some digit?), and the nearest training image.
#include <algorithm>
#include <cmath>

#include "autograd/ops.h"
#include "lessons/code_plane.h"
#include "lessons/lesson.h"
#include "lessons/two_sample.h"
#include "models/net_classifier.h"
#include "models/pixel_cnn.h"
#include "models/vae.h"
#include "nn/losses.h"
#include "nn/optim/adam.h"
#include "nn/optim/schedule.h"
#include "tensor/cholesky.h"
#include "tensor/indexing.h"
#include "tensor/matmul.h"

using namespace gradfold;

namespace {

constexpr Index kDrawn = 300;

// beta = 0 is the AE: no noise, no KL.
void train(Lesson& lesson, Vae& model, const Dataset& images, Real beta, const std::string& title) {
  Adam optimizer(model.parameters(), {.lr = 2e-3});
  Rng rng = lesson.rng("noise");
  Lesson::Epochs epochs = lesson.epochs(images, {.batch = 50, .title = title});
  const Schedule rate = schedule::cosine(epochs.steps());
  Index step = 0;
  for (const Batch& batch : epochs) {
    const Posterior q = model.posterior(batch.images);
    const Var z = beta > 0 ? reparameterize(q, rng.normal(q.mean.shape())) : q.mean;
    Var loss = bce_with_logits(model.pixel_numbers(z), batch.images, Reduction::kBatchMean);  // nats, summed over pixels
    if (beta > 0) loss += kl_to_standard_normal(q.mean, q.log_var, Reduction::kBatchMean) * beta;
    optimizer.zero_grad();
    loss.backward();
    optimizer.set_lr(2e-3 * rate(step++));
    optimizer.step();
    lesson.show("nats", loss.item());
  }
}

void train(Lesson& lesson, PixelCnn& judge, const Dataset& images) {
  Adam optimizer(judge.parameters(), {.lr = 4e-3});
  Lesson::Epochs epochs = lesson.epochs(images, {.batch = 20, .epochs = lesson.full() ? 10 : 4, .title = "judge"});
  const Schedule rate = schedule::cosine(epochs.steps());
  Index step = 0;
  for (const Batch& batch : epochs) {
    const Var loss = judge.nll(batch.images);
    optimizer.zero_grad();
    loss.backward();
    optimizer.set_lr(4e-3 * rate(step++));
    optimizer.step();
    lesson.show("nats", loss.item());
  }
}

// Draws [n, D] of the Gaussian with the mean and the covariance of the codes [N, D].
Tensor like_codes(const Tensor& codes, Index n, Rng& rng) {
  const Tensor middle = mean(codes, {0}), off = codes - middle;
  Tensor covariance = matmul(off, off, {.transpose_a = true}) / static_cast<Real>(codes.size(0));
  for (Index i = 0; i < codes.size(1); ++i) covariance.set({i, i}, covariance.at({i, i}) * Real(1.0001) + Real(1e-6));
  return matmul(rng.normal({n, codes.size(1)}), cholesky(covariance), {.transpose_b = true}) + middle;
}

// Standard deviation of each latent over codes [N, D].
Tensor spread_of(const Tensor& codes) { return gradfold::sqrt(mean(square(codes - mean(codes, {0})), {0})); }

// What the judges say of images [N, 1, H, W] of 0 and 1.
struct Verdicts {
  Tensor nats;                   // under the PixelCNN, [N]
  double median_nats, distance;  // median distance to the nearest training image
  double doubt;                  // entropy of the classifier's posterior, mean, nats
};
Verdicts ask(PixelCnn& judge, const Classifier& classifier, const Tensor& train_rows, const Tensor& x) {
  const Tensor nats = -judge.log_prob(x), log_p = classifier.log_posterior(x.flatten(1));
  return {nats, median(values(nats)), median(nearest(x.flatten(1), train_rows).distance),
          -mean(sum(gradfold::exp(log_p) * log_p, {1})).item()};
}

// The number that so many of the values are below.
double quantile(const Tensor& x, double share) {
  std::vector<double> v = values(x);
  std::sort(v.begin(), v.end());
  return v[static_cast<std::size_t>(share * static_cast<double>(v.size() - 1))];
}

double wrong_pixels(Vae& model, const Tensor& x) { return mean(abs(binarize(model.reconstruct(x)) - x)).item(); }

}  // namespace

int main(int argc, char** argv) {
  Lesson lesson(argc, argv,
                {.step = "4.5", .title = "AE and VAE",
                 .note = "AE : 단순 압축/복원",
                 .claim = "An autoencoder only compresses and restores; a VAE generates.",
                 .look_at = "Look at samples.png: the AE's draws and the VAE's, from the same nets. Then at the two planes,\n"
                            "and at rate_distortion.png. Change kl's weight in the VAE's train(): which judge minds first?",
                 .labels = true, .epochs = 20, .full_epochs = 40, .train = 4000, .test = 1000});
  const Dataset images = lesson.train_images(binarize), test = lesson.test_images(binarize);
  const Tensor rows = images.images.flatten(1), real = test.images.slice(0, 0, kDrawn).contiguous();
  const auto net = [&](Index latents) {
    Rng same = lesson.rng("first values");
    return std::make_unique<Vae>(VaeConfig{.height = images.images.size(2), .width = images.images.size(3),
                                           .latents = latents, .hidden = 200}, same);
  };

  // ---- the judges ----------------------------------------------------------------------------------------------
  Rng first_values = lesson.rng("judge"), drawing = lesson.rng("drawing");
  PixelCnn judge({.maps = 12, .blocks = 6}, first_values);
  train(lesson, judge, images);
  judge.freeze();
  MlpClassifier classifier(128, {.steps = 600, .batch = 64, .lr = 3e-3, .seed = lesson.seed()});
  classifier.fit(rows, images.labels, 10);
  lesson.say("the classifier knows {:.1f} % of the held-out digits", 100 * classifier.accuracy(test.images.flatten(1), test.labels));

  // ---- the same nets both ways ---------------------------------------------------------------------------------
  const auto ae = net(8), vae = net(8);
  train(lesson, *ae, images, 0, "AE");
  train(lesson, *vae, images, 1, "VAE");
  const double ae_wrong = wrong_pixels(*ae, test.images), vae_wrong = wrong_pixels(*vae, test.images);
  const Tensor shown = real.slice(0, 0, 16);
  lesson.picture("reconstructions.png",
                 grid(concatenate({shown, ae->reconstruct(shown), vae->reconstruct(shown)}, 0),
                      {.columns = 16, .row_titles = {"image", "AE", "VAE"}}), "held-out images, compressed to 8 numbers and restored");
  lesson.claim("V6", "the AE compresses and restores: held-out images come back better than from the VAE", ae_wrong,
               ae_wrong < vae_wrong, fmt::format("wrong pixels: AE {:.2f} %, VAE {:.2f} %", 100 * ae_wrong, 100 * vae_wrong));

  // ---- draws ---------------------------------------------------------------------------------------------------
  const Tensor ae_drawn = binarize(ae->decode(like_codes(ae->encode(images.images), kDrawn, drawing)));
  const Tensor vae_drawn = binarize(vae->decode(vae->draw_codes(kDrawn, drawing)));
  lesson.picture("samples.png",
                 grid(concatenate({shown, ae_drawn.slice(0, 0, 16), vae_drawn.slice(0, 0, 16)}, 0),
                      {.columns = 16, .row_titles = {"real", "AE", "VAE"}}), "held-out images; decoded draws of both, ink where it is likelier than not");
  const Verdicts of_real = ask(judge, classifier, rows, real), of_ae = ask(judge, classifier, rows, ae_drawn),
                 of_vae = ask(judge, classifier, rows, vae_drawn);
  lesson.claim("V6", "the VAE generates: a PixelCNN finds its draws likelier than the AE's", of_ae.median_nats - of_vae.median_nats,
               of_vae.median_nats < of_ae.median_nats - 5,
               fmt::format("median nats: VAE {:.1f}, AE {:.1f}, held-out images {:.1f}", of_vae.median_nats, of_ae.median_nats, of_real.median_nats));
  lesson.claim("V6", "its draws are nearer to real images than the AE's", of_ae.distance / of_vae.distance, of_vae.distance < 0.95 * of_ae.distance,
               fmt::format("median distance to the nearest training image: VAE {:.2f}, AE {:.2f}, held-out images {:.2f}", of_vae.distance, of_ae.distance, of_real.distance));
  lesson.claim("V6", "and a classifier doubts less which digits they are", of_ae.doubt - of_vae.doubt, of_vae.doubt < of_ae.doubt,
               fmt::format("entropy: VAE {:.3f} nats, AE {:.3f}, held-out images {:.3f}", of_vae.doubt, of_ae.doubt, of_real.doubt));

  // ---- the plane of two latents: how much of it decodes to nothing? --------------------------------------------
  constexpr Index kSteps = 20;
  const auto flat_ae = net(2), flat_vae = net(2);
  train(lesson, *flat_ae, images, 0, "AE, 2 latents");
  train(lesson, *flat_vae, images, 1, "VAE, 2 latents");
  const Tensor codes = flat_ae->encode(images.images);
  const Tensor ae_square = code_square(kSteps, mean(codes, {0}), spread_of(codes) * Real(2));
  const Tensor vae_square = code_square(kSteps, Tensor::zeros({2}), Tensor::full({2}, Real(2)));
  // Nothing: an image that the PixelCNN finds less likely than 95 % of what the same net restores from real ones.
  const auto nothing = [&](Vae& model, const Tensor& square) {
    const double limit = quantile(-judge.log_prob(binarize(model.reconstruct(real))), 0.95);
    return mean(greater(-judge.log_prob(binarize(model.decode(square))), Tensor::scalar(static_cast<Real>(limit)))).item();
  };
  const double ae_nothing = nothing(*flat_ae, ae_square), vae_nothing = nothing(*flat_vae, vae_square);
  const GridOptions plane{.columns = kSteps, .zoom = 1, .gap = 0};
  lesson.picture("planes.png", side_by_side({grid(flat_ae->decode(ae_square), plane), grid(flat_vae->decode(vae_square), plane)}),
                 "what the planes of two latents decode to, two standard deviations to each side: left AE, right VAE");
  lesson.picture("codes_ae.png", code_map("AE: codes of held-out images", flat_ae->encode(test.images), test.labels), "codes of the AE");
  lesson.picture("codes_vae.png", code_map("VAE: means of held-out images", flat_vae->encode(test.images), test.labels), "codes of the VAE");
  lesson.claim("V6", "less of the VAE's plane decodes to nothing", ae_nothing - vae_nothing, vae_nothing < ae_nothing,
               fmt::format("two deviations to each side: VAE {:.1f} %, AE {:.1f} %", 100 * vae_nothing, 100 * ae_nothing));

  // ---- from AE to VAE and beyond: beta trades rate for distortion ----------------------------------------------
  std::vector<double> rate, distortion, judged;
  std::string path;
  bool monotone = true;
  for (const Real beta : {Real(0.1), Real(1), Real(4), Real(16)}) {
    std::unique_ptr<Vae> other = beta == 1 ? nullptr : net(8);
    if (other) train(lesson, *other, images, beta, fmt::format("beta {:g}", beta));
    Vae& model = other ? *other : *vae;
    Rng noise = lesson.rng("held-out noise");
    const Vae::ElboParts parts = model.elbo_parts(test.images, noise);
    rate.push_back(parts.nats() - mean(parts.reconstruction).item());
    distortion.push_back(mean(parts.reconstruction).item());
    judged.push_back(ask(judge, classifier, rows, binarize(model.decode(model.draw_codes(kDrawn, drawing)))).median_nats);
    path += fmt::format("{}beta {:g}: {:.1f} and {:.1f}", path.empty() ? "" : "; ", beta, rate.back(), distortion.back());
    if (rate.size() > 1) monotone = monotone && rate[rate.size() - 2] > rate.back() && distortion[rate.size() - 2] < distortion.back();
  }
  Chart trade({.title = "rate against distortion, held-out images", .x = "rate: KL, nats", .y = "distortion: -log p(x | z), nats"});
  trade.line("beta 0.1, 1, 4, 16 from the right", rate, distortion);
  lesson.picture("rate_distortion.png", trade, "the dearer the KL, the less the latents say and the worse images come back");
  lesson.say("draws under the PixelCNN, median nats, beta 0.1, 1, 4, 16: {:.1f}, {:.1f}, {:.1f}, {:.1f}", judged[0], judged[1], judged[2], judged[3]);
  lesson.claim("V6", "beta goes from one to the other: rate falls and distortion rises with it, every time", rate.front() - rate.back(), monotone,
               "rate and distortion: " + path);
  return lesson.close();
}
