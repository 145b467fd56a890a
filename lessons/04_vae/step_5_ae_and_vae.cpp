// 4.5  AE and VAE: the same two nets, once to compress and restore, once to generate.
//
//   AE    z = mean(x)                            loss = -log p(x | z)
//   VAE   z = mean(x) + deviation(x) * noise     loss = -log p(x | z) + beta KL(q(z | x) || N(0, 1)),  beta = 1
//
// Read main() from top to bottom; every training is the loop of train(). Both nets start with the same weights. An AE
// has no distribution of codes to draw from. So it gets one of two: the N(0, 1) that the VAE has, or a Gaussian with
// the mean and the covariance that its codes of the training images have. What is drawn is judged by three who know
// the images well: a PixelCNN (how likely?), a classifier (which digit?), and the nearest training image.
#include "autograd/ops.h"
#include "lessons/code_plane.h"
#include "lessons/gaussian_like.h"
#include "lessons/lesson.h"
#include "lessons/two_sample.h"
#include "models/net_classifier.h"
#include "models/pixel_cnn.h"
#include "models/vae.h"
#include "nn/losses.h"
#include "nn/optim/adam.h"
#include "nn/optim/schedule.h"
#include "tensor/indexing.h"
#include "tensor/matmul.h"

using namespace gradfold;

namespace {

constexpr Index kDrawn = 300, kPlanes = 16, kSteps = 8;

template <class Model, class Loss>
void train(Lesson& lesson, Model& model, const Dataset& images, const TrainOptions& options, double lr, Loss loss_of) {
  Adam optimizer(model.parameters(), {.lr = lr});
  Lesson::Epochs epochs = lesson.epochs(images, options);
  const Schedule rate = schedule::cosine(epochs.steps());
  Index step = 0;
  for (const Batch& batch : epochs) {
    const Var loss = loss_of(batch.images);
    optimizer.zero_grad();
    loss.backward();
    optimizer.set_lr(lr * rate(step++));
    optimizer.step();
    lesson.show("nats", loss.item());
  }
}

// beta = 0 is the AE: no noise, no KL.
void train(Lesson& lesson, Vae& model, const Dataset& images, Real beta, const std::string& title) {
  Rng rng = lesson.rng("noise");
  train(lesson, model, images, {.batch = 50, .title = title}, 2e-3, [&](const Tensor& x) {
    const Posterior q = model.posterior(x);
    const Var z = beta > 0 ? reparameterize(q, rng.normal(q.mean.shape())) : q.mean;
    const Var missing = bce_with_logits(model.pixel_numbers(z), x, Reduction::kBatchMean);  // summed over pixels
    return beta > 0 ? missing + kl_to_standard_normal(q.mean, q.log_var, Reduction::kBatchMean) * beta : missing;
  });
}

// What the judges see: black and white, ink where it is likelier than not.
Tensor pictures(Vae& model, const Tensor& z) { return binarize(model.decode(z)); }
// Percent of the pixels that do not come back.
double wrong_pixels(Vae& model, const Tensor& x) {
  return 100 * mean(abs(pictures(model, model.encode(x)) - x)).item();
}

}  // namespace

int main(int argc, char** argv) {
  Lesson lesson(argc, argv,
                {.step = "4.5", .title = "AE and VAE",
                 .note = "AE : 단순 압축/복원. VAE : 데이터의 생성",
                 .claim = "An autoencoder only compresses and restores; a VAE generates.",
                 .look_at = "Look at samples.png: three ways to draw from the same two nets. Then at planes.png and\n"
                            "rate_distortion.png. Change the 32 latents to 8: what is still true of the AE?",
                 .labels = true, .epochs = 18, .full_epochs = 40, .train = 8000, .test = 1000,
                 .fewest_test = 2 * kDrawn});
  const Dataset images = lesson.train_images(binarize), test = lesson.test_images(binarize);
  const Tensor rows = images.images.flatten(1), real = test.images.slice(0, 0, kDrawn).contiguous();
  const Tensor other_real = test.images.slice(0, test.size() - kDrawn, test.size()).flatten(1).contiguous();
  const auto net = [&](Index latents) {
    Rng same = lesson.rng("first values");
    return std::make_unique<Vae>(VaeConfig{.height = images.images.size(2), .width = images.images.size(3),
                                           .latents = latents, .hidden = 200}, same);
  };

  // ---- the judges ----------------------------------------------------------------------------------------------
  Rng first_values = lesson.rng("judge"), drawing = lesson.rng("drawing");
  PixelCnn judge({.maps = 12, .blocks = 6}, first_values);
  train(lesson, judge, images, {.batch = 20, .epochs = lesson.full() ? 10 : 2, .title = "judge"}, 4e-3,
        [&](const Tensor& x) { return judge.nll(x); });
  MlpClassifier classifier(128, {.steps = 600, .batch = 64, .lr = 3e-3, .seed = lesson.seed()});
  classifier.fit(rows, images.labels, 10);
  // An image that the PixelCNN finds less likely than 99 % of held-out ones is "nothing".
  const double limit = quantile(values(-judge.log_prob(test.images)), 0.99);
  // One image that pleases all three, drawn again and again, would be no success: how far draws as a whole lie from
  // held-out images is MMD^2 (models/sample_measures.h).
  struct Verdict {
    double nats, nothing, distance, doubt, apart;  // medians of nats and distance; entropy of the classifier, nats
  };
  const auto ask = [&](const std::string& whose, const Tensor& x) {
    const Tensor nats = -judge.log_prob(x), log_p = classifier.log_posterior(x.flatten(1));
    const Verdict v{median(values(nats)), mean(greater(nats, Tensor::scalar(static_cast<Real>(limit)))).item(),
                    median(nearest(x.flatten(1), rows).distance), class_verdict(log_p).doubt,
                    discrepancy(x.flatten(1), other_real, lesson.rng("divisions"), /*permutations=*/1).squared};
    lesson.say("{:24} {:6.1f} nats, {:4.1f} % nothing, distance {:.2f}, entropy {:.2f}, MMD^2 {:.4f}", whose, v.nats,
               100 * v.nothing, v.distance, v.doubt, v.apart);
    return v;
  };

  // ---- the same nets both ways ---------------------------------------------------------------------------------
  const auto ae = net(32), vae = net(32);
  train(lesson, *ae, images, 0, "AE");
  train(lesson, *vae, images, 1, "VAE");
  const double ae_wrong = wrong_pixels(*ae, test.images), vae_wrong = wrong_pixels(*vae, test.images);
  const Tensor shown = real.slice(0, 0, 16).contiguous();
  lesson.picture("reconstructions.png",
                 grid(concatenate({shown, ae->reconstruct(shown), vae->reconstruct(shown)}, 0),
                      {.columns = 16, .row_titles = {"image", "AE", "VAE"}}),
                 "held-out images, compressed to 32 numbers and restored");
  lesson.claim("V6", "the AE compresses and restores: held-out images come back better than from the VAE",
               vae_wrong / ae_wrong, ae_wrong < 0.9 * vae_wrong, "wrong pixels: AE {:.2f} %, VAE {:.2f} %", ae_wrong,
               vae_wrong);

  // ---- draws ---------------------------------------------------------------------------------------------------
  const Tensor codes = ae->encode(images.images);
  const Tensor naive = ae->draw_codes(kDrawn, drawing), fitted = gaussian_like(codes, kDrawn, drawing);
  const Tensor prior = vae->draw_codes(kDrawn, drawing);
  lesson.picture("samples.png",
                 grid(concatenate({shown, ae->decode(naive.slice(0, 0, 16)), ae->decode(fitted.slice(0, 0, 16)),
                                   vae->decode(prior.slice(0, 0, 16))}, 0),
                      {.columns = 16, .row_titles = {"real", "AE, N(0, 1)", "AE, fitted", "VAE"}}),
                 "held-out images; z drawn from N(0, 1) or from a Gaussian fitted to the AE's codes, and decoded");
  const Verdict of_real = ask("held-out images", real), of_naive = ask("AE, N(0, 1)", pictures(*ae, naive));
  const Verdict of_ae = ask("AE, a fitted Gaussian", pictures(*ae, fitted));
  const Verdict of_vae = ask("VAE", pictures(*vae, prior));
  lesson.claim("V6", "the VAE generates: a PixelCNN finds what it draws likelier than what the AE does",
               of_ae.nats - of_vae.nats, of_vae.nats < of_ae.nats - 5 && of_ae.nats < of_naive.nats,
               "median nats: VAE {:.1f}, AE {:.1f}, from N(0, 1) {:.1f}; held-out images {:.1f}", of_vae.nats,
               of_ae.nats, of_naive.nats, of_real.nats);
  lesson.claim("V6", "its draws are nearer to real images", of_ae.distance / of_vae.distance,
               of_vae.distance < of_ae.distance && of_ae.distance < of_naive.distance,
               "median distance to the nearest training image: VAE {:.2f}, AE {:.2f}, from N(0, 1) {:.2f}; held-out "
               "images {:.2f}",
               of_vae.distance, of_ae.distance, of_naive.distance, of_real.distance);

  // ---- planes in the space of codes: how much of them decodes to nothing? --------------------------------------
  // Through the middle of all codes and two draws, as far to each side as these are.
  const Tensor square = code_square(kSteps, Tensor::zeros({2}), Tensor::ones({2}));
  const auto plane = [&](const Tensor& two, const Tensor& middle) { return matmul(square, two - middle) + middle; };
  std::vector<Tensor> of_ae_codes, of_vae_codes;
  for (Index i = 0; i < kPlanes; ++i) {
    of_ae_codes.push_back(plane(gaussian_like(codes, 2, drawing), mean(codes, {0})));
    of_vae_codes.push_back(plane(vae->draw_codes(2, drawing), Tensor::zeros({32})));
  }
  const double ae_nothing = ask("planes of the AE", pictures(*ae, concatenate(of_ae_codes, 0))).nothing;
  const double vae_nothing = ask("planes of the VAE", pictures(*vae, concatenate(of_vae_codes, 0))).nothing;
  const GridOptions flat{.columns = kSteps, .zoom = 1, .gap = 1};
  lesson.picture("planes.png",
                 side_by_side({grid(ae->decode(of_ae_codes[0]), flat), grid(vae->decode(of_vae_codes[0]), flat)}),
                 "a plane through the codes of the AE (left) and through those of the VAE (right), decoded");
  lesson.claim("V6", "less of a plane through the VAE's codes decodes to nothing", ae_nothing - vae_nothing,
               vae_nothing < 0.7 * ae_nothing, "VAE {:.1f} %, AE {:.1f} % of {} planes", 100 * vae_nothing,
               100 * ae_nothing, kPlanes);

  // ---- what the AE lacks ---------------------------------------------------------------------------------------
  const auto small_ae = net(8), small_vae = net(8);
  train(lesson, *small_ae, images, 0, "AE, 8 latents");
  train(lesson, *small_vae, images, 1, "VAE, 8 latents");
  const Tensor small_codes = gaussian_like(small_ae->encode(images.images), kDrawn, drawing);
  const Verdict few_ae = ask("AE, 8 latents, fitted", pictures(*small_ae, small_codes));
  const Verdict few_vae = ask("VAE, 8 latents", pictures(*small_vae, small_vae->draw_codes(kDrawn, drawing)));
  lesson.claim("V6", "what an AE lacks is a distribution that fits its codes: a Gaussian does for 8, but not for 32",
               few_ae.nats - few_vae.nats, few_ae.nats - few_vae.nats < (of_ae.nats - of_vae.nats) / 1.5,
               "median nats: 8 latents VAE {:.1f}, AE {:.1f}; 32 latents VAE {:.1f}, AE {:.1f}", few_vae.nats,
               few_ae.nats, of_vae.nats, of_ae.nats);

  // ---- from AE to VAE and beyond: beta trades rate for distortion ----------------------------------------------
  std::vector<double> rate, distortion;
  std::string path;
  bool monotone = true;
  double collapsed = 0;
  for (const Real beta : {Real(0.1), Real(1), Real(4), Real(16)}) {
    const std::unique_ptr<Vae> other = beta == 1 ? nullptr : net(32);
    if (other) train(lesson, *other, images, beta, fmt::format("beta {:g}", beta));
    Vae& model = other ? *other : *vae;
    Rng noise = lesson.rng("held-out noise");
    const Vae::ElboParts parts = model.elbo_parts(test.images, noise);
    distortion.push_back(mean(parts.reconstruction).item());
    rate.push_back(parts.nats() - distortion.back());
    const std::size_t i = rate.size() - 1;
    path += fmt::format("{}beta {:g}: {:.1f} and {:.1f}", i > 0 ? "; " : "", beta, rate[i], distortion[i]);
    if (i > 0) monotone = monotone && rate[i - 1] > rate[i] && distortion[i - 1] < distortion[i];
    collapsed = ask(fmt::format("VAE, beta {:g}{}", beta, other ? "" : ", as above"),
                    pictures(model, model.draw_codes(kDrawn, drawing))).apart;
  }
  Chart trade({.title = "rate against distortion, held-out images", .x = "rate: KL, nats",
               .y = "distortion: -log p(x | z), nats"});
  trade.line("beta 0.1, 1, 4, 16 from the right", rate, distortion);
  lesson.picture("rate_distortion.png", trade,
                 "the dearer the KL, the less the latents say and the worse images come back");
  lesson.claim("V6", "beta goes from one to the other: rate falls and distortion rises with it, every time",
               rate.front() - rate.back(), monotone, "rate and distortion: " + path);
  lesson.claim("V6",
               "its draws are various, too: as a whole near real images, as one digit again and again (beta 16) is not",
               collapsed / of_vae.apart, of_vae.apart < collapsed / 4 && of_vae.apart < of_naive.apart,
               "MMD^2 to held-out images: VAE {:.4f}, AE {:.4f}, from N(0, 1) {:.4f}, beta 16 {:.4f}; other held-out "
               "images {:.4f}", of_vae.apart, of_ae.apart, of_naive.apart, collapsed, of_real.apart);
  return lesson.close();
}
