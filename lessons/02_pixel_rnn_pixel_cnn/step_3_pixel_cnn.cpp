// 2.3  PixelCNN and masked convolution: training sees every pixel at once, and no pixel sees its future.
//
//   p(x) = prod_i p(x_i | x_1 ... x_i-1)                      pixels row by row from the top left
//   loss = -log p(x) = sum_i -log p(x_i | x_1 ... x_i-1)      nats per image, from ONE pass of the net
//
// Read main() from top to bottom; it trains three nets:
//   model      the PixelCNN of the notes
//   peeking    the same net with ordinary convolutions: each pixel sees itself and its future       (claim P4)
//   small      both again on 4x4 images, where all 65,536 images can be summed                      (claim P4)
// and times one that it does not train, a Diagonal BiLSTM as large                                    (claim P3)
#include <cmath>
#include <memory>

#include "autograd/dependency_map.h"
#include "lessons/completions.h"
#include "lessons/layer_pictures.h"
#include "lessons/lesson.h"
#include "lessons/model_seconds.h"
#include "models/pixel_cnn.h"
#include "models/pixel_rnn.h"
#include "nn/optim/adam.h"
#include "nn/optim/schedule.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tensor/reduce.h"
#include "viz/receptive_field.h"

using namespace gradfold;

namespace {

// The training loop: nothing in it knows about pixels or masks.
template <class AfterEpoch>
void train(Lesson& lesson, PixelCnn& model, const Dataset& images, TrainOptions options,
           AfterEpoch after_epoch) {
  Adam optimizer(model.parameters(), {.lr = 3e-3});
  Lesson::Epochs epochs = lesson.epochs(images, options);
  const Schedule rate = schedule::cosine(epochs.steps());
  Index step = 0;
  for (const Batch& batch : epochs) {
    const Var loss = model.nll(batch.images);  // all 784 predictions of every image, in one pass
    optimizer.zero_grad();
    loss.backward();
    optimizer.set_lr(3e-3 * rate(step++));
    optimizer.step();
    lesson.show("nats", loss.item());
    if (step % epochs.per_epoch() == 0) after_epoch(step / epochs.per_epoch());
  }
}

// The conditionals of one image the slow way: for pixel i a pass of its own, on an image whose pixels from i
// on are replaced by noise. Returns how many differ from those of a single pass, in any bit.
Index conditionals_that_differ(PixelCnn& model, const Tensor& image, Rng rng) {
  const Tensor at_once = model(image).value();
  Index differ = 0;
  for (Index i = 0; i < image.numel(); ++i) {
    Tensor past_only = rng.bernoulli(Tensor::full(image.shape(), Real(0.5)));
    std::copy_n(image.data(), i, past_only.data());
    differ += model(past_only).value().data()[i] != at_once.data()[i];
  }
  return differ;
}

}  // namespace

int main(int argc, char** argv) {
  Lesson lesson(
      argc, argv,
      {.step = "2.3", .title = "PixelCNN and masked convolution",
       .note = "Masked Convolution 기법 사용 -> 현재 픽셀이 미래 픽셀을 보지 않도록 제한, 병렬 연산 가능",
       .claim = "A mask keeps each pixel from seeing its future, so all pixels can be trained in parallel.",
       .look_at =
           "Look at samples.png beside data.png, then at pixels_seen_masked.png and pixels_seen_ordinary.png:\n"
           "red is the future that an ordinary convolution sees, and samples_ordinary.png is what it costs.\n"
           "Change .blocks of the model and run again: how far up does a pixel see, and what do the nats say?",
       .epochs = 6, .full_epochs = 10, .train = 4000, .test = 500});
  const Dataset images = lesson.train_images(binarize), test = lesson.test_images(binarize);
  const Shape one = {1, 1, images.images.size(2), images.images.size(3)};
  const Index pixels = one.numel();
  const PixelCnnConfig config =
      lesson.full() ? PixelCnnConfig{.maps = 32, .blocks = 12} : PixelCnnConfig{.maps = 16, .blocks = 8};
  PixelCnnConfig without_mask = config;
  without_mask.masked = false;
  Rng first_values = lesson.rng("first values"), drawing = lesson.rng("drawing"), looking = lesson.rng("looking");

  // ---- the PixelCNN ---------------------------------------------------------------------------------------
  PixelCnn model(config, first_values);
  lesson.say("{} parameters, {} images to learn from, {} held out", model.parameter_count(), images.size(),
             test.size());
  std::vector<Tensor> growing;
  std::vector<std::string> ages;
  const auto grown = [&](Index epoch, const Tensor& drawn) {
    growing.push_back(drawn);
    ages.push_back(fmt::format("epoch {}", epoch));
  };
  const auto draw = [&](Index n) {
    Rng same = lesson.rng("samples");  // the same random numbers each time: only the model changes
    return model.sample({n, 1, one[2], one[3]}, same);
  };
  train(lesson, model, images, {.batch = 16, .title = "PixelCNN"}, [&](Index epoch) {
    if (epoch < lesson.epochs() && (epoch == 1 || epoch == lesson.epochs() / 2)) grown(epoch, draw(4));
  });
  const double nats = nats_per_image(model, test.images);
  lesson.say("held-out images: {:.2f} nats each, {:.4f} bits/dim", nats, bits_per_dim(nats, one));

  const Tensor samples = draw(64);
  grown(lesson.epochs(), samples.slice(0, 0, 4));
  lesson.picture("data.png", grid(test.images.slice(0, 0, 16), {.columns = 8}), "held-out images");
  lesson.picture("samples.png", grid(samples.slice(0, 0, 16), {.columns = 8}), "drawn by the PixelCNN, pixel by pixel");
  lesson.picture("samples_through_training.png", grid(concatenate(growing, 0), {.columns = 4, .row_titles = ages}),
                 "through training, with the same random numbers");

  // What one pass gives: for every pixel how probable ink is, given the pixels before it.
  const Tensor shown = test.images.slice(0, 0, 8).contiguous();
  const Tensor probable = sigmoid(model(shown).value());
  lesson.picture("conditionals.png",
                 grid(concatenate({shown, probable}, 0), {.columns = 8, .row_titles = {"image", "p(ink)"}}),
                 "above held-out images, below p(ink | earlier pixels) of every pixel, from one pass");

  const Tensor completed = draw_lower_half(model, concatenate({shown, shown}, 0), drawing);
  Tensor given = shown.clone();
  given.slice(2, one[2] / 2, one[2]).fill(Real(0.4));
  lesson.picture("completions.png",
                 grid(concatenate({shown, given, completed}, 0),
                      {.columns = 8, .line_below = one[2] / 2,
                       .row_titles = {"image", "given above", "drawn 1", "drawn 2"}}),
                 "above the line is given; two ways to go on below it, drawn by the model");

  // ---- P3: against a PixelRNN of as many parameters, whose layers go from diagonal to diagonal ------------
  Rng rival = lesson.rng("rival");
  std::unique_ptr<PixelRnn> rnn;
  for (Index layers = 1; !rnn || rnn->parameter_count() < model.parameter_count(); ++layers)
    rnn = std::make_unique<PixelRnn>(PixelRnnKind::kDiagonalBiLstm, PixelRnnConfig{.hidden = config.maps,
                                                                                    .layers = layers}, rival);
  const Tensor batch = images.images.slice(0, 0, 16).contiguous();
  const auto [took, scoring] = time_in_turns({&model, rnn.get()}, batch, {[&] { model.log_prob(batch); },
                                                                         [&] { rnn->log_prob(batch); }}, 5, rival);
  const double step_ratio = took[1].step / took[0].step, score_ratio = scoring[1] / scoring[0];
  lesson.claim("P3", "a convolution has no line to go along: it is trained and scores sooner than an LSTM as large",
               score_ratio, step_ratio > 1.1 && score_ratio > 1.3,
               fmt::format("Diagonal BiLSTM, {} parameters against {}: a training step {:.1f} times as long, scoring "
                           "{:.1f} times", rnn->parameter_count(), model.parameter_count(), step_ratio, score_ratio));

  // ---- P3: all conditionals from one pass -----------------------------------------------------------------
  model.freeze();
  const Tensor image = test.images.slice(0, 0, 1).contiguous();
  double start = lesson.seconds();
  const Index differ = conditionals_that_differ(model, image, lesson.rng("future"));
  const double pixel_by_pixel = lesson.seconds() - start;
  start = lesson.seconds();
  for (int i = 0; i < 10; ++i) model.log_conditionals(image);
  const double one_pass = (lesson.seconds() - start) / 10;
  lesson.claim("P3", "one pass gives all conditionals: the same bits as a pass for each pixel with noise in its future",
               static_cast<double>(differ), differ == 0, fmt::format("{} of {} pixels differ", differ, pixels));
  lesson.claim("P3", "so all pixels are trained and scored in parallel", pixel_by_pixel / one_pass,
               pixel_by_pixel > 50 * one_pass,
               fmt::format("one pass {:.1f} ms, a pass for each pixel {:.0f} ms: {:.0f} times", 1e3 * one_pass,
                           1e3 * pixel_by_pixel, pixel_by_pixel / one_pass));

  lesson.picture("masks.png", masks_by_color(),
                 "masks of the first layer (A) and of later ones (B): grey, and colour by colour");

  // ---- P5: nobody looks ahead -----------------------------------------------------------------------------
  const DependencyMap seen = dependency_map([&](const Var& x) { return model(x); }, one, looking, {.draws = 1});
  lesson.claim("P5", "the mask keeps every pixel of the whole net from itself and its future",
               static_cast<double>(seen.leaks()), seen.leaks() == 0,
               fmt::format("{} leaks in {} pairs of pixels", seen.leaks(), pixels * (pixels + 1) / 2));
  lesson.picture("pixels_seen_masked.png", sight_by_layer(model, one, looking),
                 "masked: what the framed pixel sees, layer by layer");

  // ---- P4: the same net with ordinary convolutions --------------------------------------------------------
  PixelCnn peeking(without_mask, first_values);
  train(lesson, peeking, slice(images, 0, images.size() * 3 / 4),
        {.batch = 16, .epochs = 1, .title = "no mask", .stream = 1}, [](Index) {});
  const double peeking_nats = nats_per_image(peeking, test.images);
  Tensor canvas = lesson.rng("noise").bernoulli(Tensor::full({20, 1, one[2], one[3]}, Real(0.5)));
  canvas.slice(0, 0, 16).fill(0);  // 16 start blank, four as noise
  const Tensor garbage = peeking.sample(canvas.shape(), drawing, {.image = canvas});
  lesson.picture("pixels_seen_ordinary.png", sight_by_layer(peeking, one, looking),
                 "ordinary: the red pixels are the future");
  const Tensor compared = concatenate({garbage.slice(0, 12, 20), samples.slice(0, 0, 8)}, 0);
  lesson.picture("samples_ordinary.png", grid(compared, {.columns = 8, .row_titles = {"no mask", "masked"}}),
                 "without a mask nothing comes of a blank canvas, and noise becomes blotches; below, with the mask");
  lesson.claim("P4", "an ordinary convolution peeks: a \"NLL\" so low that it proves nothing but copying", peeking_nats,
               peeking_nats < nats / 5, fmt::format("{:.1f} nats, with the mask {:.1f}", peeking_nats, nats));
  const double ink = mean(test.images).item(), masked_ink = mean(samples).item();
  const double peeking_ink = mean(garbage.slice(0, 0, 16)).item();
  lesson.claim("P4", "and what it draws is garbage: it never learned to draw what it does not see yet", peeking_ink,
               std::abs(peeking_ink - ink) > 2 * std::abs(masked_ink - ink),
               fmt::format("blank canvas: ink in {:.1f} % of the pixels; data {:.1f} %, with the mask {:.1f} % "
                           "(64 images)",
                           100 * peeking_ink, 100 * ink, 100 * masked_ink));

  // ---- P4 in numbers nobody can argue with: sum p(x) over every image there is ----------------------------
  Dataset tiny = images;  // 4x4: 1 where a seventh of a block of pixels is ink
  tiny.images = greater(shrink(images.images, one[2] / 4), Tensor::scalar(Real(1) / 7));
  PixelCnn small({.maps = 8, .blocks = 2}, first_values);
  PixelCnn small_peeking({.maps = 8, .blocks = 2, .masked = false}, first_values);
  train(lesson, small, tiny, {.epochs = 4, .title = "4x4", .stream = 2}, [](Index) {});
  train(lesson, small_peeking, tiny, {.epochs = 8, .title = "4x4, no mask", .stream = 3}, [](Index) {});
  const double sum = total_probability(small, 4), peeking_sum = total_probability(small_peeking, 4);
  lesson.claim("P5", "with masks it is a distribution: p(x) of all 65,536 binary 4x4 images sums to 1", sum,
               std::abs(sum - 1) < 1e-5, fmt::format("1 {} {:.1e}", sum < 1 ? "-" : "+", std::abs(sum - 1)));
  lesson.claim("P4", "without masks it is none: the \"probabilities\" sum to far more", peeking_sum,
               peeking_sum > 10, fmt::format("{:.0f}", peeking_sum));
  return lesson.close();
}
