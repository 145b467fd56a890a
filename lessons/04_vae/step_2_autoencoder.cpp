// 4.2  Autoencoder: compress an image to a few numbers, restore it from them.
//
//   z = encoder(x), y = decoder(z)          loss = mean over images and pixels of (y - x)^2
//
// Read main() from top to bottom; every training is the loop of train(). It trains
//   four autoencoders    with 1, 2, 4 and 8 numbers in the bottleneck, against PCA with as many         (claim V2)
//   a linear one         PCA, found by gradient descent                                                 (claim V2)
//   one without          no bottleneck: a code as wide as the image                                     (claim V2)
//   two halves           an encoder whose decoder stays as it was drawn, and the other way round        (claim V3)
#include <algorithm>
#include <memory>

#include <fmt/ranges.h>

#include "autograd/ops.h"
#include "lessons/lesson.h"
#include "lessons/linear_probe.h"
#include "lessons/parameters_of.h"
#include "lessons/principal_angle.h"
#include "manifold/pca.h"
#include "models/autoencoder.h"
#include "nn/optim/adam.h"
#include "nn/optim/schedule.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tensor/reduce.h"

using namespace gradfold;

namespace {

constexpr Index kWatched = 8;  // the code whose training is shown, and that of the comparisons

// Trains one half alone, "encoder" or "decoder"; both if `half` is empty.
template <class AfterEpoch>
void train(Lesson& lesson, Autoencoder& model, const Dataset& images, const TrainOptions& options, double lr,
           std::string_view half, AfterEpoch after_epoch) {
  Adam optimizer(parameters_of(model, half), {.lr = lr});
  Lesson::Epochs epochs = lesson.epochs(images, options);
  const Schedule rate = schedule::cosine(epochs.steps());
  Index step = 0;
  for (const Batch& batch : epochs) {
    const Var z = model.encoded(batch.images);
    const Var y = model.decoded(z);
    const Var loss = mean(square(y - batch.images));
    model.zero_grad();
    loss.backward();
    optimizer.set_lr(lr * rate(step++));
    optimizer.step();
    lesson.show("squared error", loss.item());
    if (step % epochs.per_epoch() == 0) after_epoch();
  }
}

double squared_error(const Tensor& y, const Tensor& x) { return mean(square(y - x)).item(); }
double error_of(Autoencoder& model, const Tensor& x) { return squared_error(model.reconstruct(x), x); }

// How often a linear classifier that has seen 400 codes with their digits is right about codes of held-out images.
double probe(Autoencoder& model, const Dataset& images, const Dataset& test) {
  return linear_probe(model.encode(images.images.slice(0, 0, 400).contiguous()), images.labels.slice(0, 400),
                      model.encode(test.images), test.labels);
}

}  // namespace

int main(int argc, char** argv) {
  Lesson lesson(
      argc, argv,
      {.step = "4.2", .title = "Autoencoder",
       .note = "입력 데이터를 압축(Encoding)했다가 다시 복원(Decoding)하는 신경망구조",
       .claim = "An autoencoder compresses its input and restores it; the bottleneck makes it keep the essential.",
       .look_at = "Look at restored.png: what is lost first as the bottleneck narrows? Then at mirrored.png: what\n"
                  "comes back of images that are no digits? Add 32 to the widths: is PCA still beaten?",
       .labels = true, .epochs = 10, .full_epochs = 40, .train = 6000, .test = 1000, .fewest_train = 400});
  const Dataset images = lesson.train_images(), test = lesson.test_images();
  const Tensor rows = images.images.flatten(1), test_rows = test.images.flatten(1);
  const Tensor shown = test.images.slice(0, 0, 12).contiguous(), average = mean(images.images, {0}, true);
  const double mean_error = squared_error(average, test.images);
  const auto net = [&](AutoencoderConfig config) {
    config.height = images.images.size(2), config.width = images.images.size(3);
    Rng same = lesson.rng("first values");
    return std::make_unique<Autoencoder>(config, same);
  };
  const auto nothing = [] {};

  // ---- V2: compress and restore, through narrower and wider bottlenecks ---------------------------------------
  const std::vector<Index> widths = {1, 2, 4, kWatched};
  const Tensor ink = greater(test.images, Tensor::scalar(Real(0.5)));
  std::vector<double> widths_drawn, of_ae, of_pca, held_out, on_ink, on_paper;
  std::vector<std::string> measured;
  std::vector<Tensor> restored = {shown};
  std::vector<std::string> titles = {"image"};
  std::unique_ptr<Autoencoder> narrow, watched;
  bool falls = true, beats_pca = true;
  double before = 0;
  for (const Index k : widths) {
    auto ae = net({.code = k, .hidden = 256});
    if (k == kWatched) before = probe(*ae, images, test);
    train(lesson, *ae, images, {.batch = 25, .title = fmt::format("code {}", k)}, 2e-3, "", [&] {
      if (k != kWatched) return;
      const Tensor off = square(ae->reconstruct(test.images) - test.images);  // the loss, before its mean is taken
      held_out.push_back(mean(off).item());
      on_ink.push_back(mean(off * ink).item());
      on_paper.push_back(held_out.back() - on_ink.back());
    });
    Pca pca({.n_components = k});
    pca.fit(rows);
    const double lost = error_of(*ae, test.images);
    const double flat = squared_error(pca.inverse_transform(pca.transform(test_rows)), test_rows);
    falls = falls && lost < (of_ae.empty() ? mean_error : of_ae.back());
    beats_pca = beats_pca && lost < flat;
    measured.push_back(fmt::format("{}: {:.4f} and {:.4f}", k, lost, flat));
    widths_drawn.push_back(static_cast<double>(k));
    of_ae.push_back(lost);
    of_pca.push_back(flat);
    lesson.say("code {}: error {:.4f}, training images {:.4f}, PCA {:.4f}", k, lost, error_of(*ae, images.images),
               flat);
    if (k == 2 || k == kWatched) {
      const Tensor by_pca = pca.inverse_transform(pca.transform(shown.flatten(1))).reshape(shown.shape());
      restored.insert(restored.end(), {ae->reconstruct(shown), clamp(by_pca, 0, 1)});
      titles.insert(titles.end(), {fmt::format("AE {}", k), fmt::format("PCA {}", k)});
    }
    if (k == 2) narrow = std::move(ae);
    else if (k == kWatched) watched = std::move(ae);
  }
  lesson.picture("restored.png", grid(concatenate(restored, 0), {.columns = 12, .row_titles = titles}),
                 "held-out images, restored from 2 and from 8 numbers by an autoencoder and by PCA");
  lesson.picture("error_against_code.png",
                 Chart({.title = "what is lost", .x = "numbers in the code", .y = "squared error per pixel"})
                     .line("autoencoder", widths_drawn, of_ae)
                     .line("PCA", widths_drawn, of_pca),
                 "error of held-out images against the width of the bottleneck");
  lesson.claim("V2", "it compresses and restores: the wider the bottleneck, the less is lost; PCA always loses more",
               of_ae.back() / of_pca.back(), falls && beats_pca, "error of AE and PCA, code {}",
               fmt::join(measured, "; "));

  // ---- V2, control: without its nonlinearity an autoencoder is PCA --------------------------------------------
  auto linear = net({.code = kWatched, .linear = true, .tied = true});
  Dataset centred = images;
  centred.images = images.images - average;  // as PCA does
  train(lesson, *linear, centred, {.batch = 500, .epochs = 60, .title = "linear", .stream = 1}, 0.03, "", nothing);
  Pca pca({.n_components = kWatched});
  pca.fit(rows);
  const Tensor directions = parameters_of(*linear, "encoder")[0].value();  // [8, pixels]; the decoder has the same
  const double angle = largest_principal_angle(directions.transpose(0, 1).contiguous(),
                                               pca.components.transpose(0, 1).contiguous());
  const double linear_error = error_of(*linear, test.images - average);
  lesson.claim("V2", "(control) without nonlinearity it finds what PCA finds: the same subspace", angle,
               angle < 1 && linear_error < 1.01 * of_pca.back(),
               "largest principal angle {:.2f} degrees; error {:.4f}, PCA {:.4f}", angle, linear_error, of_pca.back());

  // ---- V2, control: without a bottleneck nothing needs to be found --------------------------------------------
  auto wide = net({.code = 0, .hidden = 0});
  const double wide_before = probe(*wide, images, test);
  train(lesson, *wide, images,
        {.batch = 50, .epochs = std::max<Index>(1, lesson.epochs() / 2), .title = "no bottleneck", .stream = 2},
        1e-3, "", nothing);
  const double after = probe(*watched, images, test), wide_after = probe(*wide, images, test);
  const double wide_error = error_of(*wide, test.images);
  const Tensor mirrored = shown.flip(3).contiguous();
  lesson.picture("mirrored.png",
                 grid(concatenate({mirrored, wide->reconstruct(mirrored), watched->reconstruct(mirrored),
                                   narrow->reconstruct(mirrored)}, 0),
                      {.columns = 12, .row_titles = {"mirrored", "no bottleneck", "AE 8", "AE 2"}}),
                 "mirrored digits, which no net has seen: copied without a bottleneck, made digits by one of 2");
  lesson.claim("V2", "the bottleneck makes it keep the essential: after training the digit is easier to read off",
               after - before, after > before + 0.15,
               "a linear probe is right about {:.3f} before training, {:.3f} after", before, after);
  lesson.claim("V2", "(control) without a bottleneck it restores better, and its code gets no easier to read",
               wide_after - wide_before, wide_after < wide_before + 0.07 && wide_error < of_ae.back(),
               "error {:.4f}; the probe is right about {:.3f} before, {:.3f} after", wide_error, wide_before,
               wide_after);

  // ---- V3: the loss, and the two halves ------------------------------------------------------------------------
  lesson.picture("training.png",
                 Chart({.title = "code of 8", .x = "epoch", .y = "squared error per pixel"})
                     .line("held-out images", held_out).line("of it on ink", on_ink).line("of it on paper", on_paper),
                 "the loss on held-out images through training, and its parts on ink and on paper");
  lesson.claim("V3", "the loss is the difference of input and output, and training lowers it for images never seen",
               held_out.back() / mean_error, held_out.back() < 0.5 * mean_error,
               "{:.4f} after one epoch, {:.4f} in the end, of it {:.4f} on ink; the mean image as the answer {:.4f}",
               held_out.front(), held_out.back(), on_ink.back(), mean_error);
  const auto half = [&](std::string_view trained) {
    auto ae = net({.code = kWatched, .hidden = 256});
    train(lesson, *ae, images, {.batch = 25, .title = fmt::format("{} alone", trained)}, 2e-3, trained, nothing);
    return ae;
  };
  const auto encoder = half("encoder"), decoder = half("decoder");
  const double by_encoder = error_of(*encoder, test.images), by_decoder = error_of(*decoder, test.images);
  lesson.picture("halves.png",
                 grid(concatenate({shown, watched->reconstruct(shown), decoder->reconstruct(shown),
                                   encoder->reconstruct(shown)}, 0),
                      {.columns = 12, .row_titles = {"image", "both", "decoder", "encoder"}}),
                 "what comes back if both halves are trained, the decoder alone, the encoder alone");
  lesson.claim("V3", "encoder and decoder learn for each other: either, beside an untrained half, restores worse",
               std::min(by_encoder, by_decoder) / of_ae.back(), of_ae.back() < 0.7 * std::min(by_encoder, by_decoder),
               "error with both {:.4f}, decoder alone {:.4f}, encoder alone {:.4f}", of_ae.back(), by_decoder,
               by_encoder);
  return lesson.close();
}
