// 4.3  What an autoencoder is good for: noise removal, preprocessing, features.
//
//   damaged = x + sigma e, e ~ N(0, 1)          z = encoder(damaged), y = decoder(z)
//   loss    = mean over images and pixels of (y - x)^2: it is given the damaged image and asked for the clean one
//
// Of all functions of a damaged image the mean of the clean ones that it may have been has the smallest loss. So a
// denoising autoencoder points from where a point is to where the data lie (Alain & Bengio 2014):
//
//   y(damaged) - damaged = sigma^2 * gradient of log p(damaged)
//
// On a spiral in the plane both sides can be computed, and the arrows be seen. Everything is measured on images and
// points that were not trained on.
#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>

#include "autograd/ops.h"
#include "data/corrupt.h"
#include "data/manifolds.h"
#include "lessons/curve_points.h"
#include "lessons/denoising_rivals.h"
#include "lessons/lesson.h"
#include "lessons/linear_probe.h"
#include "manifold/pca.h"
#include "models/autoencoder.h"
#include "models/net_classifier.h"
#include "nn/activations.h"
#include "nn/linear.h"
#include "nn/losses.h"
#include "nn/optim/adam.h"
#include "nn/optim/schedule.h"
#include "nn/sequential.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tensor/reduce.h"

using namespace gradfold;

namespace {

constexpr Real kSigma = Real(0.4);         // the noise on images that it is trained with
constexpr Real kSpiralSigma = Real(0.15);  // and on points of a spiral whose arms are 1 apart

// sigma = 0: an autoencoder as in 4.2.
void train(Lesson& lesson, Autoencoder& model, const Dataset& images, Real sigma, const std::string& title) {
  Adam optimizer(model.parameters(), {.lr = 3e-3});
  Lesson::Epochs epochs = lesson.epochs(images, {.batch = 16, .title = title});
  const Schedule rate = schedule::cosine(epochs.steps());
  Rng noise = lesson.rng("training noise");
  Index step = 0;
  for (const Batch& batch : epochs) {
    const Tensor damaged = add_gaussian_noise(batch.images, sigma, noise);
    const Var loss = mse_loss(model.decoded(model.encoded(damaged)), batch.images, Reduction::kMean);
    optimizer.zero_grad();
    loss.backward();
    optimizer.set_lr(3e-3 * rate(step++));
    optimizer.step();
    lesson.show("squared error", loss.item());
  }
}

// Points [n, 2] of a spiral whose arms are 1 apart.
Tensor on_spiral(Index n, const Rng& rng) {
  return spiral(n, rng, {.turns = 2}).points / static_cast<Real>(2 * std::numbers::pi);
}

std::unique_ptr<Sequential> train_on_spiral(Lesson& lesson, Real sigma) {
  auto net = std::make_unique<Sequential>();
  net->add<Linear>(2, 128).add<ReLU>().add<Linear>(128, 128).add<ReLU>().add<Linear>(128, 128).add<ReLU>();
  net->add<Linear>(128, 2);
  Rng first = lesson.rng("first values of the spiral's net"), noise = lesson.rng("noise on the spiral");
  net->reset_parameters(first);
  Adam optimizer(net->parameters(), {.lr = 3e-3});
  constexpr Index kSteps = 6000;
  const Schedule rate = schedule::cosine(kSteps);
  for (Index step = 0; step < kSteps; ++step) {
    const Tensor x = on_spiral(128, lesson.rng("spiral").fork(static_cast<std::uint64_t>(step)));
    const Var loss = mse_loss((*net)(add_gaussian_noise(x, sigma, noise)), x, Reduction::kMean);
    optimizer.zero_grad();
    loss.backward();
    optimizer.set_lr(3e-3 * rate(step));
    optimizer.step();
  }
  return net;
}

}  // namespace

int main(int argc, char** argv) {
  Lesson lesson(argc, argv,
                {.step = "4.3", .title = "Denoising, preprocessing, features",
                 .note = "데이터 전처리, 노이즈 제거, 특징 추출, 생성 모델 기반으로 자주 활용됨",
                 .claim = "Autoencoders are often used for preprocessing, noise removal, features, and as the base of "
                          "generative models.",
                 .look_at = "Look at strips.png: what does each method make of the same noise? Then at arrows.png.\n"
                            "Change kSpiralSigma to 0.4: what becomes of the arrows between two arms, and why?",
                 .labels = true, .epochs = 12, .full_epochs = 20, .train = 4000, .test = 1000, .fewest_train = 4000});
  const Dataset images = lesson.train_images(), test = lesson.test_images();

  // ---- noise removal --------------------------------------------------------------------------------------
  const AutoencoderConfig config{.code = 128, .maps = 8, .height = test.images.size(2), .width = test.images.size(3)};
  Rng first = lesson.rng("first values"), same = first;
  Autoencoder denoiser(config, first), plain(config, same);
  train(lesson, denoiser, images, kSigma, "denoising autoencoder");
  train(lesson, plain, images, 0, "plain autoencoder");
  Pca pca({.n_components = 96});
  pca.fit(images.images.flatten(1));
  enum Method { kGiven, kMedian, kPca, kPlain, kDenoiser, kMethods };
  std::vector<double> sigmas, db[kMethods];
  std::size_t at = 0;            // of kSigma
  std::vector<Tensor> of_sigma;  // what each method makes of the noise of kSigma
  for (const Real sigma : {Real(0.1), Real(0.2), Real(0.3), kSigma, Real(0.5), Real(0.6)}) {
    Rng noise = lesson.rng("test noise");
    const Tensor noisy = add_gaussian_noise(test.images, sigma, noise);
    const std::vector<Tensor> by{noisy, best_median(noisy, test.images), best_projection(pca, noisy, test.images),
                                 plain.reconstruct(noisy), denoiser.reconstruct(noisy)};
    sigmas.push_back(static_cast<double>(sigma));
    for (std::size_t m = 0; m < kMethods; ++m) db[m].push_back(mean_psnr(by[m], test.images));
    lesson.say("  sigma {:.1f}: given {:.2f} dB; median {:.2f}, PCA {:.2f}, plain {:.2f}, denoising net {:.2f}", sigma,
               db[kGiven].back(), db[kMedian].back(), db[kPca].back(), db[kPlain].back(), db[kDenoiser].back());
    if (sigma == kSigma) at = sigmas.size() - 1, of_sigma = by;
  }
  std::vector<Tensor> strips = {test.images.slice(0, 0, 12)};
  for (const Tensor& by : of_sigma) strips.push_back(clamp(by.slice(0, 0, 12), 0, 1));
  const GridOptions rows{.columns = 12, .row_titles = {"image", "given", "median", "PCA", "plain AE", "denoising"}};
  lesson.picture("strips.png", grid(concatenate(strips, 0), rows),
                 "held-out images with noise of sigma 0.4, and what each method makes of them");
  Chart chart({.title = "noise removal, held-out images", .x = "sigma of the noise", .y = "PSNR, dB"});
  chart.line("given", sigmas, db[kGiven]).line("best median filter", sigmas, db[kMedian]);
  chart.line("best PCA", sigmas, db[kPca]).line("plain autoencoder", sigmas, db[kPlain]);
  chart.line("denoising autoencoder", sigmas, db[kDenoiser]);
  lesson.picture("psnr.png", chart, "the denoising autoencoder was trained with sigma 0.4 alone");
  lesson.claim("V4", "noise removal: a denoising autoencoder beats a median filter by more than 3 dB, and PCA",
               db[kDenoiser][at] - db[kMedian][at],
               db[kDenoiser][at] > db[kMedian][at] + 3 && db[kDenoiser][at] > db[kPca][at] + 1,
               "{:.1f} dB given, median {:.1f}, PCA {:.1f}, denoising autoencoder {:.1f}", db[kGiven][at],
               db[kMedian][at], db[kPca][at], db[kDenoiser][at]);
  lesson.claim("V4", "(control) the same net trained without noise does not remove it",
               db[kPlain][at] - db[kDenoiser][at], db[kPlain][at] < db[kDenoiser][at] - 2, "{:.1f} dB",
               db[kPlain][at]);

  // ---- preprocessing --------------------------------------------------------------------------------------
  MlpClassifier classifier(128);  // knows clean images alone
  classifier.fit(images.images.flatten(1), images.labels, 10);
  const auto right = [&](const Tensor& x) { return classifier.accuracy(x.flatten(1).contiguous(), test.labels); };
  const double clean = right(test.images), raw = right(of_sigma[kGiven]), after_median = right(of_sigma[kMedian]);
  const double after_pca = right(of_sigma[kPca]), after_denoising = right(of_sigma[kDenoiser]);
  lesson.claim("V4", "preprocessing: a classifier of clean images is right about denoised ones",
               (after_denoising - raw) / (clean - raw),
               after_denoising > raw + 0.04 && after_denoising > std::max(after_median, after_pca) + 0.01,
               "clean {:.3f}, noisy {:.3f}, median {:.3f}, PCA {:.3f}, denoised {:.3f}", clean, raw, after_median,
               after_pca, after_denoising);

  // ---- features from few labels ---------------------------------------------------------------------------
  Rng label_noise = lesson.rng("noise on images with labels");
  const Tensor damaged = add_gaussian_noise(images.images, kSigma, label_noise);
  const std::vector<double> labels = {50, 100, 200, 400, 1000, 4000};
  const auto accuracy = [&](const Tensor& x, const Tensor& test_x) {
    return few_label_probes(x, images.labels, test_x, test.labels, labels);
  };
  const auto pixels = accuracy(damaged.flatten(1), of_sigma[kGiven].flatten(1));
  const auto codes = accuracy(denoiser.encode(damaged), denoiser.encode(of_sigma[kGiven]));
  const auto clean_pixels = accuracy(images.images.flatten(1), test.images.flatten(1));
  const auto clean_codes = accuracy(denoiser.encode(images.images), denoiser.encode(test.images));
  Chart few({.title = "a linear classifier with few labels", .x = "images with a label",
             .y = "accuracy, held-out images", .log_x = true});
  few.line("clean: codes", labels, clean_codes).line("clean: pixels", labels, clean_pixels);
  few.line("noisy: codes", labels, codes).line("noisy: pixels", labels, pixels);
  lesson.picture("labels.png", few, "the autoencoder saw all training images, but no label");
  lesson.claim("V4", "features: with 100 labels its codes of noisy images tell more than the pixels",
               codes[1] - pixels[1], codes[1] > pixels[1] + 0.05,
               "{:.3f} right, pixels {:.3f}; clean images {:.3f} and {:.3f}", codes[1], pixels[1], clean_codes[1],
               clean_pixels[1]);

  // ---- the arrows point back to the manifold --------------------------------------------------------------
  const Tensor curve = on_spiral(4000, lesson.rng("curve"));
  Rng moved = lesson.rng("held-out noise");
  const Tensor points = add_gaussian_noise(on_spiral(1000, lesson.rng("held-out points")), kSpiralSigma, moved);
  const auto denoise = train_on_spiral(lesson, kSpiralSigma), copy = train_on_spiral(lesson, 0);
  const Tensor arrows = (*denoise)(points).value() - points, exact = mean_origin(points, curve, kSpiralSigma) - points;
  const auto off = [&](const Tensor& x) { return mean(distance_to_curve(x, curve)).item(); };
  const double before = off(points), after = off(points + arrows), copied = off((*copy)(points).value());
  const double cosine = sum(arrows * exact).item() / std::sqrt(sum(square(arrows)).item() * sum(square(exact)).item());
  lesson.claim("V4", "on the spiral the arrows lead back to the curve; trained without noise, the net only copies",
               after / before, after < 0.4 * before && copied > 0.9 * before,
               "{:.3f} from the curve, {:.3f} when denoised, {:.3f} when copied", before, after, copied);
  lesson.claim("V4", "and they are sigma^2 times the gradient of log p, which nobody told the net", cosine,
               cosine > 0.9, "cosine of all arrows with the exact ones {:.3f}, lengths {:.2f} to 1", cosine,
               std::sqrt(sum(square(arrows)).item() / sum(square(exact)).item()));
  const Tensor near = lattice_near(curve, Real(2.8), 29, Real(0.5));  // farther off no training point has ever been
  const Tensor moves = (*denoise)(near).value() - near;
  const auto column = [](const Tensor& x, Index c) { return values(x.select(1, c)); };
  Chart field({.title = "from x to y(x)", .x = "x1", .y = "x2", .equal_axes = true, .width = 700, .height = 700});
  field.arrows("what the denoising net moves a point by", column(near, 0), column(near, 1), column(moves, 0),
               column(moves, 1));
  field.scatter("the spiral", column(curve, 0), column(curve, 1));
  lesson.picture("arrows.png", field, "a net that was trained to remove noise from points of the spiral");
  return lesson.close();
}
