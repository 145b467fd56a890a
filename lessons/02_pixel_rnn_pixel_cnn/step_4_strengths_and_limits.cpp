// 2.4  Strengths and limits of models that draw pixel by pixel.
//
//   strength   p(x) is a number: it judges images, and -log2 p(x) bits is the size of a file       (claim P6)
//   limit      sampling draws one pixel after the other                                            (claim P7)
//   limit      pixels far apart are hard to relate, and a likely model may draw garbage            (claim P8)
//
// Read main() from top to bottom. It trains PixelCNNs of 1, 3 and 8 blocks with about as many parameters each; the
// last one is the model of all that follows. The yardsticks are in lessons/.
#include <cmath>
#include <numeric>

#include "lessons/completions.h"
#include "lessons/copy_task.h"
#include "lessons/lesson.h"
#include "lessons/noisy_mixture.h"
#include "lessons/other_coders.h"
#include "lessons/pixel_tests.h"
#include "lessons/sampler_race.h"
#include "models/compression.h"
#include "models/gated_pixel_cnn.h"
#include "models/independent_pixels.h"
#include "models/pixel_cnn.h"
#include "models/pixel_rnn.h"
#include "nn/optim/adam.h"
#include "nn/optim/schedule.h"
#include "tensor/reduce.h"

using namespace gradfold;

namespace {

void train(Lesson& lesson, PixelCnn& model, const Dataset& images, const std::string& title) {
  Adam optimizer(model.parameters(), {.lr = 3e-3});
  Lesson::Epochs epochs = lesson.epochs(images, {.batch = 16, .title = title});
  const Schedule rate = schedule::cosine(epochs.steps());
  Index step = 0;
  for (const Batch& batch : epochs) {
    const Var loss = model.nll(batch.images);  // -log p(x), mean over the batch
    optimizer.zero_grad();
    loss.backward();
    optimizer.set_lr(3e-3 * rate(step++));
    optimizer.step();
    lesson.show("nats", loss.item());
  }
}

std::string blocks_text(Index blocks) { return fmt::format("{} block{}", blocks, blocks == 1 ? "" : "s"); }

}  // namespace

int main(int argc, char** argv) {
  Lesson lesson(
      argc, argv,
      {.step = "2.4", .title = "Strengths and limits",
       .note = "likelihood 계산 가능 -> 확률적으로 얼마나 그럴듯한 이미지인지 평가 가능; 여전히 샘플링 속도가 느림; "
               "멀리 떨어진 픽셀 간의 관계를 반영하기 어려움",
       .claim = "The likelihood can be computed, so that one can tell how plausible an image is; sampling is still "
                "slow; pixels far apart are hard to relate.",
       .look_at = "Look at judge.png: which rows would you call digits, and which are likelier than digits?\n"
                  "Then at copies.png: how far does each net relate two pixels? And at garbage.png, drawn by a model\n"
                  "with a good likelihood: change its share to 0.001 and see what that costs.",
       .epochs = 3, .full_epochs = 10, .train = 4000, .test = 1000});
  const Dataset images = lesson.train_images(binarize), test = lesson.test_images(binarize);
  const Tensor& held_out = test.images;
  const Index n = test.size(), height = held_out.size(2), width = held_out.size(3);
  const Shape one = {1, 1, height, width};
  Rng first_values = lesson.rng("first values"), drawing = lesson.rng("drawing"), looking = lesson.rng("looking");

  // ---- train: the deeper, the narrower --------------------------------------------------------------------
  std::vector<PixelCnnConfig> configs{{.maps = 41, .blocks = 1}, {.maps = 26, .blocks = 3}, {.maps = 16, .blocks = 8}};
  if (lesson.full()) configs = {{.maps = 102, .blocks = 1}, {.maps = 63, .blocks = 3}, {.maps = 32, .blocks = 12}};
  std::vector<std::unique_ptr<PixelCnn>> nets;
  std::vector<double> nats;
  for (const PixelCnnConfig& config : configs) {
    PixelCnn& net = *nets.emplace_back(std::make_unique<PixelCnn>(config, first_values));
    train(lesson, net, images, blocks_text(config.blocks));
    net.freeze();
    nats.push_back(nats_per_image(net, held_out));
    lesson.say("  {} parameters: held-out images {:.2f} nats each, {:.4f} bits/dim", net.parameter_count(),
               nats.back(), bits_per_dim(nats.back(), one));
  }
  PixelCnn& model = *nets.back();

  // ---- P6: the distribution is learned precisely ----------------------------------------------------------
  const double independent_nats = counted_pixels_nats(images.images, held_out);
  const double trained_nats = nats_per_image(model, slice(images, 0, std::min(images.size(), 2 * n)).images);
  lesson.say("\nPublished, nats on binarized MNIST ({}):\n  NADE 88.33, PixelCNN 81.30, DRAW at most 80.97, "
             "Diagonal BiLSTM 79.20\n",
             lesson.data() == "binarized-mnist" ? "this run's data; compare with --full" : "other data");
  lesson.claim("P6", "it learns the distribution, not the training images: held-out ones are about as likely",
               nats.back(), nats.back() < 1.05 * trained_nats && nats.back() < 0.7 * independent_nats,
               "held out {:.1f} nats ({:.4f} bits/dim), training {:.1f}; independent pixels {:.1f}", nats.back(),
               bits_per_dim(nats.back(), one), trained_nats, independent_nats);

  // ---- P6: how plausible is an image? ---------------------------------------------------------------------
  JudgedKinds judged = judge_kinds(model, digits_and_not(held_out, drawing));
  std::map<std::string, double>& area = judged.auroc;
  for (const std::string& name : judged.names)
    lesson.say("  {:<13} {:6.1f} nats, AUROC {:.3f}", name, judged.nats[name], area[name]);
  lesson.picture("judge.png", judged.picture(),
                 "what the model thinks of them: nats per image; the fewer, the likelier");
  const double from_noise = std::min(area["one shuffle"], area["same ink"]);
  lesson.claim("P6", "log p(x) tells digits from noise of as much ink without an error (AUROC)", from_noise,
               from_noise > 0.99, "pixels shuffled alike {:.3f}, each image by itself {:.3f}", area["one shuffle"],
               area["same ink"]);
  const auto [least, most] = std::minmax({area["upside down"], area["mirrored"], area["two halves"]});
  lesson.claim("P6", "it tells digits less surely from what is a digit in each small part but not as a whole", least,
               least > 0.53 && most < from_noise - 0.1,
               "upside down {:.2f}, mirrored {:.2f}, halves of two digits {:.2f}; another hand {:.2f} (shown only)",
               area["upside down"], area["mirrored"], area["two halves"], area["another hand"]);
  lesson.claim("P6", "(caution) likely is not meaningful: blank images are likelier than digits", area["blank"],
               area["blank"] < 0.05, "AUROC {:.3f}; of digits of half the size {:.2f}", area["blank"],
               area["half size"]);

  // ---- P6: the likelihood as a file -----------------------------------------------------------------------
  const Tensor of_digits = model.log_prob(held_out);
  const std::vector<std::uint8_t> file = compress(model, held_out);
  const bool exact = identical(decompress(model, file), held_out);
  const double above = static_cast<double>(file.size()) / (-sum(of_digits).item() / std::log(2.0) / 8) - 1;
  const auto [png, gzip, gzip_packed] = other_coders(held_out, 2);  // the first and the last with a bit for each pixel
  lesson.claim("P6", "-log2 p(x) is a file's size in bits: written, and read again pixel for pixel", above,
               exact && above < 0.01 && file.size() < std::min(*gzip_packed, *png),
               "{} images: {} bytes, {:.2f} % above -log2 p(x), read again {}; gzip {}, 1-bit PNG {}", n,
               file.size(), 100 * above, exact ? "exactly" : "WITH ERRORS", *gzip_packed, *png);

  // ---- P7: one pixel after the other ----------------------------------------------------------------------
  const SamplerRace race = race_samplers(model, {10, 20, 40}, lesson.rng("samplers"));
  const double naive = race.exponent(Sampler::kNaive), cached = race.exponent(Sampler::kCached);
  lesson.picture("samplers.png", race.chart(), "the same pixels, drawn in three ways; sides 10, 20 and 40");
  lesson.claim("P7", "taken literally, each pixel needs a pass of the whole net; a cache gives the same pixels",
               static_cast<double>(race.passes), race.passes == 40 * 40 && race.differ == 0,
               "40 x 40: {} passes; {} of 9 sets of images differ", race.passes, race.differ);
  lesson.claim("P7", "time grows as about side^4, with a cache as side^2: pixels still wait for one another", naive,
               naive > 2.5 && naive < 5 && cached > 1 && cached < naive - 0.5,
               "exponents {:.1f} and {:.1f}; 40 x 40: {:.2f} s and {:.3f} s for two images", naive, cached,
               race.seconds.at(Sampler::kNaive).back(), race.seconds.at(Sampler::kCached).back());

  // ---- P8: what a pixel can see ---------------------------------------------------------------------------
  const Index row = height * 3 / 4, col = width / 2, reach = 3 + 8, earlier = row * width + col;
  PixelCnn plain({.maps = 8, .blocks = 8}, first_values);
  GatedPixelCnn gated({.maps = 8, .layers = 9}, first_values);
  PixelRnn row_lstm(PixelRnnKind::kRowLstm, {.hidden = 8, .layers = 1}, first_values);
  PixelRnn diagonal(PixelRnnKind::kDiagonalBiLstm, {.hidden = 8, .layers = 1}, first_values);
  const PixelsSeen seen = pixels_seen({&plain, &gated, &row_lstm, &diagonal}, one, row, col, looking, 32);
  const std::vector<Index>& count = seen.count;
  lesson.picture("pixels_seen.png", seen.picture({"PixelCNN", "Gated PixelCNN", "Row LSTM", "Diagonal BiLSTM"}),
                 "what the framed pixel sees: 8 blocks, 9 gated layers, one layer of each LSTM");
  lesson.claim("P8", "PixelCNN has a blind spot, Gated PixelCNN an edge, Row LSTM a cone, Diagonal BiLSTM sees all",
               static_cast<double>(count[0]), count[0] < count[1] && count[1] == reach * (2 * reach + 1) + reach &&
                   count[1] < count[2] && count[2] < earlier && count[3] == earlier,
               "of {} earlier pixels {}, {}, {} and {}", earlier, count[0], count[1], count[2], count[3]);

  // ---- P8: what it makes of it ----------------------------------------------------------------------------
  Chart influence({.title = "influence on a pixel, by gradients", .x = "rows above it", .y = "share", .log_y = true});
  const Tensor some = held_out.slice(0, 0, std::min<Index>(n, 64)).contiguous();
  std::vector<double> felt;  // in the end by the last net, the deepest
  for (const auto& net : nets) {
    felt = influence_by_rows(*net, some, looking);
    const Tensor above = Tensor::arange(static_cast<Index>(felt.size()));
    influence.line(blocks_text(net->settings.blocks), values(above), felt);
  }
  const double far = std::accumulate(felt.begin() + std::min<std::ptrdiff_t>(6, std::ssize(felt)), felt.end(), 0.0);
  lesson.picture("influence.png", influence, "trained nets on held-out digits");
  lesson.claim("P8", "what a pixel sees 6 rows up or further hardly counts", far, far < 0.1,
               "{:.1f} % of the influence; {}: {:.1f} nats, {}: {:.1f}, {}: {:.1f}", 100 * far,
               blocks_text(configs[0].blocks), nats[0], configs[1].blocks, nats[1], configs[2].blocks, nats[2]);
  const std::vector<double> apart = {3, 4, 5, 6, 7, 9, 11, 12, 14, 16, 20};
  Chart copies({.title = "a pixel that repeats an earlier one", .x = "rows apart", .y = "nats, best of 3 trainings"});
  double near = 0, beyond = 1e9, remembered = 0;  // dearest 4 rows down, cheapest out of reach, the LSTM's 12 down
  for (const Index blocks : {1, 3, 8, 0}) {
    std::vector<double> cost;
    for (const double rows_apart : apart) {
      cost.push_back(learn_to_copy(blocks, static_cast<Index>(rows_apart), first_values));
      if (rows_apart == 4) near = std::max(near, cost.back());
      if (blocks > 0 && rows_apart > static_cast<double>(blocks + 3)) beyond = std::min(beyond, cost.back());
      if (blocks == 0 && rows_apart == 12) remembered = cost.back();
    }
    copies.line(blocks > 0 ? "PixelCNN, " + blocks_text(blocks) : "Row LSTM, one layer", apart, cost);
  }
  lesson.picture("copies.png", copies, "0: the net relates the two pixels; 0.69 = ln 2: it guesses");
  lesson.claim("P8", "further than 3 + blocks rows a PixelCNN can only guess (ln 2 = 0.693 nats); an LSTM remembers",
               beyond, near < 0.1 && beyond > std::log(2.0) - 1e-4 && remembered < 0.3,
               "a copy 4 rows down {:.3f} nats, out of reach {:.3f}, 12 down in a Row LSTM {:.3f}", near, beyond,
               remembered);

  // ---- P8: likelihood is not sample quality ---------------------------------------------------------------
  const double share = 0.01, loss = most_lost_to_noise(of_digits, one.numel(), share);
  const NoisySamples mixed = sample_noisy(model, {200, 1, height, width}, share, lesson.rng("garbage"));
  lesson.picture("garbage.png", grid(mixed.images, {.columns = 25, .zoom = 1}),
                 "200 samples of a model that is noise in 99 of 100 cases");
  lesson.claim("P8", "a good likelihood promises no good samples: 99 % noise costs at most ln 100 = 4.6 nats", loss,
               loss <= std::log(1 / share) + 1e-9 && nats.back() + loss < independent_nats,
               "{:.1f} nats become {:.1f}; {} of 200 samples are noise", nats.back(), nats.back() + loss, mixed.noise);

  // ---- completions ----------------------------------------------------------------------------------------
  const Tensor completed = completions(model, held_out.slice(0, 0, 4), 12, drawing);
  lesson.picture("completions.png", grid(completed, {.columns = 13, .zoom = 2, .line_below = height / 2}),
                 "first the image; then twelve ways to go on below the line, drawn by the model");
  return lesson.close();
}
