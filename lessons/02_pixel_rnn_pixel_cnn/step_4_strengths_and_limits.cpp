// 2.4  Strengths and limits of models that draw pixel by pixel.
//
//   strength   p(x) is a number: it judges images, and -log2 p(x) bits is the size of a file       (claim P6)
//   limit      sampling draws one pixel after the other                                            (claim P7)
//   limit      pixels far apart are hard to relate, and a likely model may draw garbage            (claim P8)
//
// Read main() from top to bottom. It trains PixelCNNs of 1, 3 and 8 blocks with about as many parameters each; the
// last one is the model of all that follows. The yardsticks are in lessons/pixel_tests.h.
#include <cmath>
#include <map>
#include <numeric>

#include "autograd/dependency_map.h"
#include "lessons/auroc.h"
#include "lessons/lesson.h"
#include "lessons/other_coders.h"
#include "lessons/pixel_tests.h"
#include "models/compression.h"
#include "models/gated_pixel_cnn.h"
#include "models/naive_bayes.h"
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

// Counts its passes over whole images.
struct CountingPixelCnn : PixelCnn {
  using PixelCnn::PixelCnn;
  Index passes = 0;
  Var forward(const Var& x) override { return ++passes, PixelCnn::forward(x); }
};

// One step of learning; each training is a loop around it.
double step(AutoregressiveModel& model, Adam& optimizer, const Tensor& images) {
  const Var loss = model.nll(images);  // -log p(x), mean over the batch
  optimizer.zero_grad();
  loss.backward();
  optimizer.step();
  return loss.item();
}

void train(Lesson& lesson, PixelCnn& model, const Dataset& images, const std::string& title) {
  Adam optimizer(model.parameters(), {.lr = 3e-3});
  Lesson::Epochs epochs = lesson.epochs(images, {.batch = 16, .title = title});
  const Schedule rate = schedule::cosine(epochs.steps());
  Index i = 0;
  for (const Batch& batch : epochs) {
    optimizer.set_lr(3e-3 * rate(i++));
    lesson.show("nats", step(model, optimizer, batch.images));
  }
}

double nll(PixelCnn& model, const Tensor& images) { return -mean(model.log_prob(images)).item(); }

// Seconds to draw the same two images, the least of several times; `drawn` are the images.
double seconds_to_draw(Lesson& lesson, PixelCnn& model, Index side, Sampler sampler, Tensor& drawn) {
  double least = 1e9;
  for (int times = sampler == Sampler::kCached ? 20 : 2; times > 0; --times) {
    Rng same = lesson.rng("samplers");
    const double start = lesson.seconds();
    drawn = model.sample({2, 1, side, side}, same, {.sampler = sampler});
    least = std::min(least, lesson.seconds() - start);
  }
  return least;
}

// A net (without blocks: a Row LSTM) learns to copy a dot so many rows down: nats of the copy, best of 3 trainings, or
// of fewer if it is learned before.
double learn_to_copy(Index blocks, Index apart, Rng& rng) {
  const Tensor dots = copied_dots(apart);
  double least = 1e9;
  for (int run = 0; run < 3 && least > 0.01; ++run) {
    PixelCnn cnn({.maps = 16, .blocks = blocks}, rng);
    PixelRnn rnn(PixelRnnKind::kRowLstm, {.hidden = 16, .layers = 1}, rng);
    AutoregressiveModel& net = blocks > 0 ? static_cast<AutoregressiveModel&>(cnn) : rnn;
    Adam optimizer(net.parameters(), {.lr = 5e-3});
    for (int i = 0; i < 500; ++i) step(net, optimizer, dots);
    least = std::min(least, nats_of_copy(net, dots));
  }
  return least;
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
       .epochs = 4, .full_epochs = 10, .train = 4000, .test = 1000});
  const Dataset images = lesson.train_images(binarize), test = lesson.test_images(binarize);
  const Tensor& held_out = test.images;
  const Index n = test.size(), height = held_out.size(2), width = held_out.size(3), pixels = height * width;
  const Shape one = {1, 1, height, width};
  Rng first_values = lesson.rng("first values"), drawing = lesson.rng("drawing"), looking = lesson.rng("looking");

  // ---- train: the deeper, the narrower --------------------------------------------------------------------
  using Configs = std::vector<PixelCnnConfig>;
  const Configs configs =
      lesson.full() ? Configs{{.maps = 102, .blocks = 1}, {.maps = 63, .blocks = 3}, {.maps = 32, .blocks = 12}}
                    : Configs{{.maps = 41, .blocks = 1}, {.maps = 26, .blocks = 3}, {.maps = 16, .blocks = 8}};
  std::vector<std::unique_ptr<CountingPixelCnn>> nets;
  std::vector<double> nats;
  for (const PixelCnnConfig& config : configs) {
    CountingPixelCnn& net = *nets.emplace_back(std::make_unique<CountingPixelCnn>(config, first_values));
    train(lesson, net, images, blocks_text(config.blocks));
    net.freeze();
    nats.push_back(nll(net, held_out));
    lesson.say("  {} parameters: held-out images {:.2f} nats each, {:.4f} bits/dim", net.parameter_count(),
               nats.back(), bits_per_dim(nats.back(), one));
  }
  CountingPixelCnn& model = *nets.back();

  // ---- P6: the distribution is learned precisely ----------------------------------------------------------
  BernoulliNaiveBayes independent;
  independent.fit(images.images.flatten(1), Indices(Shape{images.size()}), 1);  // each pixel's own share of ink
  const double independent_nats = -mean(independent.log_prob(held_out.flatten(1))).item();
  const double trained_nats = nll(model, slice(images, 0, std::min(images.size(), 2 * n)).images);
  lesson.say("\nPublished, nats on binarized MNIST ({}):\n  NADE 88.33, PixelCNN 81.30, DRAW at most 80.97, "
             "Diagonal BiLSTM 79.20\n",
             lesson.data() == "binarized-mnist" ? "this run's data; compare with --full" : "other data");
  lesson.claim("P6", "it learns the distribution, not the training images: held-out ones are about as likely",
               nats.back(), nats.back() < 1.05 * trained_nats && nats.back() < 0.7 * independent_nats,
               fmt::format("held out {:.1f} nats ({:.4f} bits/dim), training {:.1f}; independent pixels {:.1f}",
                           nats.back(), bits_per_dim(nats.back(), one), trained_nats, independent_nats));

  // ---- P6: how plausible is an image? ---------------------------------------------------------------------
  const Tensor of_digits = model.log_prob(held_out);
  std::map<std::string, double> area;  // AUROC of held-out digits against each kind
  std::vector<Tensor> rows;
  std::vector<std::string> titles;
  for (const auto& [name, x] : digits_and_not(held_out, drawing)) {
    const Tensor of_kind = model.log_prob(x);
    area[name] = auroc(of_digits, of_kind);
    rows.push_back(x.slice(0, 0, 8));
    titles.push_back(fmt::format("{} {:.0f}", name, -mean(of_kind).item()));
    lesson.say("  {:<13} {:6.1f} nats, AUROC {:.3f}", name, -mean(of_kind).item(), area[name]);
  }
  lesson.picture("judge.png", grid(concatenate(rows, 0), {.columns = 8, .zoom = 2, .row_titles = titles}),
                 "what the model thinks of them: nats per image; the fewer, the likelier");
  const double from_noise = std::min(area["one shuffle"], area["same ink"]);
  lesson.claim("P6", "log p(x) tells digits from noise of as much ink without an error (AUROC)",
               from_noise, from_noise > 0.99,
               fmt::format("pixels shuffled alike {:.3f}, each image by itself {:.3f}", area["one shuffle"],
                           area["same ink"]));
  const double least = std::min({area["upside down"], area["mirrored"], area["two halves"]});
  lesson.claim("P6", "from what is a digit in each small part but not as a whole, less surely", least, least > 0.53,
               fmt::format("upside down {:.2f}, mirrored {:.2f}, halves of two digits {:.2f}; another hand {:.2f} "
                           "(shown only)",
                           area["upside down"], area["mirrored"], area["two halves"], area["another hand"]));
  lesson.claim("P6", "(caution) likely is not meaningful: blank images are likelier than digits", area["blank"],
               area["blank"] < 0.05,
               fmt::format("AUROC {:.3f}; of digits of half the size {:.2f}", area["blank"], area["half size"]));

  // ---- P6: the likelihood as a file -----------------------------------------------------------------------
  const std::vector<std::uint8_t> file = compress(model, held_out);
  const bool exact = identical(decompress(model, file), held_out);
  const double above = static_cast<double>(file.size()) / (-sum(of_digits).item() / std::log(2.0) / 8) - 1;
  const OtherCoders others = other_coders(held_out, 2);
  const std::size_t gzipped = *others.gzip_packed, png = *others.png;  // both with a bit for each pixel
  lesson.claim("P6", "-log2 p(x) is a file's size in bits: written, and read again pixel for pixel", above,
               exact && above < 0.01 && file.size() < std::min(gzipped, png),
               fmt::format("{} images: {} bytes, {:.2f} % above -log2 p(x), read again {}; gzip {}, 1-bit PNG {}",
                           n, file.size(), 100 * above, exact ? "exactly" : "WITH ERRORS", gzipped, png));

  // ---- P7: one pixel after the other ----------------------------------------------------------------------
  const std::vector<double> sides = {10, 20, 40};
  std::vector<std::vector<double>> seconds(3);
  Index differ = 0;
  for (const double side : sides) {
    std::vector<Tensor> drawn(3);
    for (const Sampler sampler : {Sampler::kCached, Sampler::kCropped, Sampler::kNaive}) {
      const auto s = static_cast<std::size_t>(sampler);
      model.passes = 0;
      seconds[s].push_back(seconds_to_draw(lesson, model, static_cast<Index>(side), sampler, drawn[s]));
      differ += !identical(drawn[s], drawn[static_cast<std::size_t>(Sampler::kCached)]);
    }
  }
  const Index passes = model.passes / 2;  // of the last: naive, twice
  const auto growth = [&](std::size_t s) { return std::log(seconds[s][2] / seconds[s][0]) / std::log(4.0); };
  Chart speed({.title = "seconds for two images", .x = "side of the image in pixels", .y = "seconds", .log_x = true,
               .log_y = true});
  for (const Sampler s : {Sampler::kNaive, Sampler::kCropped, Sampler::kCached})
    speed.line(std::string(sampler_name(s)), sides, seconds[static_cast<std::size_t>(s)]);
  lesson.picture("samplers.png", speed, "the same pixels, drawn in three ways; sides 10, 20 and 40");
  lesson.claim("P7", "taken literally, each pixel needs a pass of the whole net; a cache gives the same pixels",
               static_cast<double>(passes), passes == 40 * 40 && differ == 0,
               fmt::format("40 x 40: {} passes; {} of 9 sets of images differ", passes, differ));
  lesson.claim("P7", "time grows as about side^4, with a cache as side^2: pixels still wait for one another",
               growth(0), growth(0) > 2.5 && growth(0) < 5 && growth(2) > 1 && growth(2) < growth(0) - 0.5,
               fmt::format("exponents {:.1f} and {:.1f}; 40 x 40: {:.2f} s and {:.3f} s for two images", growth(0),
                           growth(2), seconds[0][2], seconds[2][2]));

  // ---- P8: what a pixel can see ---------------------------------------------------------------------------
  const Index row = height * 3 / 4, col = width / 2, reach = 3 + 8, earlier = row * width + col;
  PixelCnn plain({.maps = 8, .blocks = 8}, first_values);
  GatedPixelCnn gated({.maps = 8, .layers = 9}, first_values);
  PixelRnn row_lstm(PixelRnnKind::kRowLstm, {.hidden = 8, .layers = 1}, first_values);
  PixelRnn diagonal(PixelRnnKind::kDiagonalBiLstm, {.hidden = 8, .layers = 1}, first_values);
  std::vector<Tensor> fields;
  std::vector<Index> seen;
  for (AutoregressiveModel* net : std::initializer_list<AutoregressiveModel*>{&plain, &gated, &row_lstm, &diagonal}) {
    fields.push_back(receptive_field([&](const Var& x) { return (*net)(x); }, one, row, col, looking, 32));
    seen.push_back(static_cast<Index>(sum(greater(fields.back(), Tensor::scalar(0))).item()));
  }
  lesson.picture("pixels_seen.png",
                 receptive_fields(fields, {"PixelCNN", "Gated PixelCNN", "Row LSTM", "Diagonal BiLSTM"}, row, col,
                                  {.zoom = 6}),
                 "what the framed pixel sees: 8 blocks, 9 gated layers, one layer of each LSTM");
  lesson.claim("P8", "PixelCNN has a blind spot, Gated PixelCNN an edge, Row LSTM a cone, Diagonal BiLSTM sees all",
               static_cast<double>(seen[0]),
               seen[0] < seen[1] && seen[1] == reach * (2 * reach + 1) + reach && seen[1] < seen[2] &&
                   seen[2] < earlier && seen[3] == earlier,
               fmt::format("of {} earlier pixels {}, {}, {} and {}", earlier, seen[0], seen[1], seen[2], seen[3]));

  // ---- P8: what it makes of it ----------------------------------------------------------------------------
  Chart influence({.title = "influence on a pixel, by gradients", .x = "rows above it", .y = "share", .log_y = true});
  double far = 0;
  const Tensor some = held_out.slice(0, 0, std::min<Index>(n, 64)).contiguous();
  for (const auto& net : nets) {
    const std::vector<double> share = influence_by_rows(*net, some, looking);
    std::vector<double> up, felt;
    for (Index i = 0; i <= std::min(net->settings.blocks + 3, row); ++i) {
      up.push_back(static_cast<double>(i));
      felt.push_back(share[static_cast<std::size_t>(i)]);
    }
    influence.line(blocks_text(net->settings.blocks), up, felt);
    far = std::accumulate(share.begin() + 6, share.end(), 0.0);  // of the last net, the deepest
  }
  lesson.picture("influence.png", influence, "trained nets on held-out digits");
  lesson.claim("P8", "what a pixel sees 6 rows up or further hardly counts", far, far < 0.1,
               fmt::format("{:.1f} % of the influence; {}: {:.1f} nats, {}: {:.1f}, {}: {:.1f}", 100 * far,
                           blocks_text(configs[0].blocks), nats[0], configs[1].blocks, nats[1], configs[2].blocks,
                           nats[2]));
  const std::vector<double> apart = {3, 4, 5, 6, 7, 8, 10, 11, 12, 14, 16, 20};
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
               fmt::format("a copy 4 rows down {:.3f} nats, out of reach {:.3f}, 12 down in a Row LSTM {:.3f}", near,
                           beyond, remembered));

  // ---- P8: likelihood is not sample quality ---------------------------------------------------------------
  const double share = 0.01, of_noise = static_cast<double>(-pixels) * std::log(2.0);
  double loss = 0;  // log p(x) - log(share p(x) + (1 - share) 2^-pixels), of the image that loses most
  for (const double p : values(of_digits))
    loss = std::max(loss, -std::log(share) - std::log1p(std::exp(of_noise - p) * (1 - share) / share));
  Rng garbage = lesson.rng("garbage");
  const Shape many = {200, 1, height, width};
  const Tensor digit = garbage.bernoulli(Tensor::full({200, 1, 1, 1}, static_cast<Real>(share)));
  const Tensor noise = garbage.bernoulli(Tensor::full(many, Real(0.5)));
  lesson.picture("garbage.png", grid(where(digit, model.sample(many, garbage), noise), {.columns = 25, .zoom = 1}),
                 "200 samples of a model that is noise in 99 of 100 cases");
  lesson.claim("P8", "a good likelihood promises no good samples: 99 % noise costs at most ln 100 = 4.6 nats", loss,
               loss <= std::log(1 / share) + 1e-9 && nats.back() + loss < independent_nats,
               fmt::format("{:.1f} nats become {:.1f}; {:.0f} of 200 samples are noise", nats.back(),
                           nats.back() + loss, 200 - sum(digit).item()));

  // ---- completions ----------------------------------------------------------------------------------------
  Tensor top_half = Tensor::zeros({height, width});
  top_half.slice(0, 0, height / 2).fill(1);
  std::vector<Tensor> completed;
  for (Index i = 0; i < 4; ++i) {
    const Tensor image = held_out.slice(0, i, i + 1), twelve = image.expand({12, 1, height, width});
    completed.push_back(image);
    completed.push_back(model.sample(twelve.shape(), drawing, {.image = twelve, .known = top_half}));
  }
  lesson.picture("completions.png",
                 grid(concatenate(completed, 0), {.columns = 13, .zoom = 2, .line_below = height / 2}),
                 "first the image; then twelve ways to go on below the line, drawn by the model");
  return lesson.close();
}
