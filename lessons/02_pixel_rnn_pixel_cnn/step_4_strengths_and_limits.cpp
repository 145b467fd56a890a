// 2.4  Strengths and limits of models that draw pixel by pixel.
//
//   strength   p(x) is a number: it judges images, and -log2 p(x) bits is the size of a file       (claim P6)
//   limit      sampling draws one pixel after the other                                            (claim P7)
//   limit      pixels far apart are hard to relate, and a likely model may draw garbage            (claim P8)
//
// Read main() from top to bottom. It trains PixelCNNs of 1, 3 and 8 blocks with as many parameters each; the last
// one is the model of all that follows.
#include <cmath>

#include "autograd/dependency_map.h"
#include "data/strokes.h"
#include "lessons/auroc.h"
#include "lessons/lesson.h"
#include "models/compression.h"
#include "models/gated_pixel_cnn.h"
#include "models/naive_bayes.h"
#include "models/pixel_cnn.h"
#include "models/pixel_rnn.h"
#include "nn/optim/adam.h"
#include "nn/optim/schedule.h"
#include "tensor/deflate.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tensor/reduce.h"
#include "viz/png.h"
#include "viz/receptive_field.h"

using namespace gradfold;

namespace {

// Counts the passes over whole images.
struct CountingPixelCnn : PixelCnn {
  using PixelCnn::PixelCnn;
  Index passes = 0;
  Var forward(const Var& x) override { return ++passes, PixelCnn::forward(x); }
};

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

double nll(PixelCnn& model, const Tensor& images) { return -mean(model.log_prob(images)).item(); }

// The narrowest net of so many blocks with no fewer than so many parameters.
PixelCnnConfig as_large(Index blocks, Index parameters) {
  PixelCnnConfig config{.maps = 1, .blocks = blocks};
  while (PixelCnn(config).parameter_count() < parameters) ++config.maps;
  return config;
}

// The pixels of each image in another order: one for all images, or for each its own.
Tensor shuffled(const Tensor& images, bool one_order, Rng& rng) {
  Indices order = rng.permutation(images.numel() / images.size(0));
  std::vector<Tensor> out;
  for (Index i = 0; i < images.size(0); ++i) {
    out.push_back(index_select(images.slice(0, i, i + 1).flatten(1), 1, order));
    if (!one_order) order = rng.permutation(order.numel());
  }
  return concatenate(out, 0).reshape(images.shape());
}

// Draws the same four images several times.
struct Drawn {
  Tensor images;
  double seconds;  // the least of the times
  Index passes;    // over whole images, each time
};
Drawn draw(Lesson& lesson, CountingPixelCnn& model, Index side, Sampler sampler) {
  const int times = sampler == Sampler::kCached ? 20 : 2;
  Drawn drawn{{}, 1e9, 0};
  model.passes = 0;
  for (int i = 0; i < times; ++i) {
    Rng same = lesson.rng("samplers");
    const double start = lesson.seconds();
    drawn.images = model.sample({4, 1, side, side}, same, {.sampler = sampler});
    drawn.seconds = std::min(drawn.seconds, lesson.seconds() - start);
  }
  drawn.passes = model.passes / times;
  return drawn;
}

// The share of all influence on a pixel that comes from 0, 1, 2, ... rows above it: sizes of gradients, on images.
std::vector<double> influence_by_rows(PixelCnn& model, const Tensor& images, Rng& rng) {
  const Index row = images.size(2) * 3 / 4, width = images.size(3);
  std::vector<double> share(static_cast<std::size_t>(row + 1), 0);
  double total = 0;
  for (Index col = width / 4; col <= width * 3 / 4; col += 2) {
    const Tensor field = receptive_field([&](const Var& x) { return model(x); }, images, row, col, rng);
    for (Index up = 0; up <= row; ++up) share[static_cast<std::size_t>(up)] += sum(field.select(0, row - up)).item();
    total += sum(field).item();
  }
  for (double& s : share) s /= total;
  return share;
}

// Two images of 3 columns, alike but for a dot: on the left in their first and last row, or on the right in both. A
// full row tells where the last one is. Trains a net on the two; returns what the first pixel of the last row then
// costs: 0 if the net relates it to the first row, ln 2 if it has to guess.
double nats_of_a_copy(AutoregressiveModel& model, Index apart) {
  Tensor x = Tensor::zeros({2, 1, apart + 1, 3});
  x.slice(2, apart - 1, apart).fill(1);
  for (Index i = 0; i < 2; ++i) x.set({i, 0, 0, 2 * i}, 1), x.set({i, 0, apart, 2 * i}, 1);
  Adam optimizer(model.parameters(), {.lr = 5e-3});
  for (int step = 0; step < 500; ++step) {
    const Var loss = model.nll(x);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
  }
  return -mean(model.log_conditionals(x).select(3, 0).select(2, apart)).item();
}

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
                  "with a good likelihood. Give it a share of 0.001 and see what that costs.",
       .epochs = 4, .full_epochs = 10, .train = 4000, .test = 1000});
  const Dataset images = lesson.train_images(binarize), test = lesson.test_images(binarize);
  const Tensor& held_out = test.images;
  const Index n = test.size(), height = held_out.size(2), width = held_out.size(3), pixels = height * width;
  const Shape one = {1, 1, height, width};
  Rng first_values = lesson.rng("first values"), drawing = lesson.rng("drawing"), looking = lesson.rng("looking");

  // ---- train ----------------------------------------------------------------------------------------------
  const std::vector<Index> depths = {1, 3, lesson.full() ? 12 : 8};
  const Index size = PixelCnn({.maps = lesson.full() ? 32 : 16, .blocks = depths.back()}).parameter_count();
  std::vector<std::unique_ptr<CountingPixelCnn>> nets;
  std::vector<double> nats;
  for (const Index blocks : depths) {
    nets.push_back(std::make_unique<CountingPixelCnn>(as_large(blocks, size), first_values));
    train(lesson, *nets.back(), images, fmt::format("{} block{}", blocks, blocks > 1 ? "s" : ""));
    nets.back()->freeze();
    nats.push_back(nll(*nets.back(), held_out));
    lesson.say("  {} parameters: held-out images {:.2f} nats each, {:.4f} bits/dim", nets.back()->parameter_count(),
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
             lesson.data() == "binarized-mnist" ? "this run's data; with --full to be compared" : "other data");
  lesson.claim("P6", "it learns the distribution, not the training images: held-out ones are as likely", nats.back(),
               nats.back() < 1.05 * trained_nats && nats.back() < 0.7 * independent_nats,
               fmt::format("held out {:.1f} nats ({:.4f} bits/dim), training {:.1f}; independent pixels {:.1f}",
                           nats.back(), bits_per_dim(nats.back(), one), trained_nats, independent_nats));

  // ---- P6: how plausible is an image? ---------------------------------------------------------------------
  const Tensor next = concatenate({held_out.slice(0, 1, n), held_out.slice(0, 0, 1)}, 0);
  const Tensor halves = concatenate({held_out.slice(2, 0, height / 2), next.slice(2, height / 2, height)}, 2);
  const StrokeOptions thin = {.side = std::max(height, width), .slant = {-45, -30}, .thickness = {1.2, 1.8}};
  const Tensor other = binarize(stroke_digits(n, lesson.rng("another hand"), thin).images);
  Tensor small = Tensor::zeros(held_out.shape());
  small.slice(2, height / 4, height / 4 + height / 2)
      .slice(3, width / 4, width / 4 + width / 2)
      .copy_from(binarize(shrink(held_out, 2)));
  struct Kind {
    std::string name;
    Tensor images;
  };
  const std::vector<Kind> kinds = {{"held out", held_out},
                                   {"upside down", held_out.flip(2).contiguous()},
                                   {"mirrored", held_out.flip(3).contiguous()},
                                   {"another hand", other.slice(2, 0, height).slice(3, 0, width).contiguous()},
                                   {"two halves", halves},
                                   {"one shuffle", shuffled(held_out, true, drawing)},
                                   {"same ink", shuffled(held_out, false, drawing)},
                                   {"half size", small},
                                   {"blank", Tensor::zeros({8, 1, height, width})}};
  const Tensor of_digits = model.log_prob(held_out);
  std::vector<double> told_apart;
  std::vector<Tensor> shown;
  std::vector<std::string> titles;
  for (const Kind& kind : kinds) {
    const Tensor of_kind = model.log_prob(kind.images);
    told_apart.push_back(auroc(of_digits, of_kind));
    shown.push_back(kind.images.slice(0, 0, 8));
    titles.push_back(fmt::format("{} {:.0f}", kind.name, -mean(of_kind).item()));
    lesson.say("  {:<13} {:6.1f} nats, AUROC against held-out digits {:.3f}", kind.name, -mean(of_kind).item(),
               told_apart.back());
  }
  lesson.picture("judge.png", grid(concatenate(shown, 0), {.columns = 8, .zoom = 2, .row_titles = titles}),
                 "what the model thinks of them: nats per image, the fewer, the likelier");
  lesson.claim("P6", "log p(x) tells digits from noise of as much ink without an error (AUROC)",
               std::min(told_apart[5], told_apart[6]), std::min(told_apart[5], told_apart[6]) > 0.99,
               fmt::format("pixels shuffled alike {:.3f}, each image by itself {:.3f}", told_apart[5], told_apart[6]));
  lesson.claim("P6", "from what looks like digits nearby, less surely",
               *std::min_element(told_apart.begin() + 1, told_apart.begin() + 5),
               *std::min_element(told_apart.begin() + 1, told_apart.begin() + 5) > 0.55,
               fmt::format("upside down {:.2f}, mirrored {:.2f}, another hand {:.2f}, halves of two digits {:.2f}",
                           told_apart[1], told_apart[2], told_apart[3], told_apart[4]));
  lesson.claim("P6", "(caution) likely is not meaningful: blank images are likelier than digits", told_apart[8],
               told_apart[8] < 0.05 && told_apart[7] < 0.45,
               fmt::format("AUROC of blank images {:.3f}, of digits of half the size {:.2f}", told_apart[8],
                           told_apart[7]));

  // ---- P6: bits that lie on a disk ------------------------------------------------------------------------
  const Bytes file = compress(model, held_out);
  const double ideal = -sum(of_digits).item() / std::log(2.0) / 8;
  const auto bytes = static_cast<double>(file.size());
  const bool same_images = identical(decompress(model, file), held_out);
  const std::size_t gzipped = gzip(pack_bits(held_out.flatten(1))).size();
  const std::size_t png = one_bit_png(held_out.reshape({n * height, width})).size();
  lesson.claim("P6", "-log2 p(x) is a file's size in bits: written, and read again pixel for pixel", bytes / ideal,
               same_images && bytes < 1.01 * ideal && file.size() < std::min(gzipped, png),
               fmt::format("{} images: {} bytes, {:.2f} % above -log2 p(x), read again {}; gzip -9 of the bits {}, a "
                           "1-bit PNG {}",
                           n, file.size(), 100 * (bytes / ideal - 1), same_images ? "exactly" : "WITH ERRORS", gzipped,
                           png));

  // ---- P7: one pixel after the other ----------------------------------------------------------------------
  const std::vector<double> sides = {7, 14, 28};
  std::vector<std::vector<double>> seconds(3);
  Index passes = 0, differ = 0;
  for (const double side : sides) {
    std::vector<Drawn> drawn;
    for (const Sampler sampler : {Sampler::kNaive, Sampler::kCropped, Sampler::kCached}) {
      drawn.push_back(draw(lesson, model, static_cast<Index>(side), sampler));
      seconds[drawn.size() - 1].push_back(drawn.back().seconds);
      differ += sum(abs(drawn.back().images - drawn.front().images)).item() > 0;
    }
    passes = drawn.front().passes;
  }
  const auto growth = [&](int sampler) {  // e where seconds grow as side^e
    const std::vector<double>& s = seconds[static_cast<std::size_t>(sampler)];
    return std::log(s.back() / s.front()) / std::log(sides.back() / sides.front());
  };
  Chart speed({.title = "seconds for four images", .x = "side of the image in pixels", .y = "seconds", .log_x = true,
               .log_y = true});
  speed.line("naive: the whole net for each pixel", sides, seconds[0]);
  speed.line("cropped: over the rows so far", sides, seconds[1]);
  speed.line("cached: once, keeping what later pixels need", sides, seconds[2]);
  lesson.picture("samplers.png", speed, "the same pixels, drawn in three ways");
  lesson.claim("P7", "drawn literally, every pixel takes a pass of the whole net; caching gives the same pixels",
               static_cast<double>(passes), passes == 28 * 28 && differ == 0,
               fmt::format("{} passes for 28 x 28; {} of 9 sets of images differ", passes, differ));
  lesson.claim("P7", "so time grows as side^4 naively, as side^2 with a cache, and never less: pixels wait in line",
               growth(0), growth(0) > 3 && growth(0) < 5 && growth(2) > 1 && growth(2) < 3,
               fmt::format("exponents {:.1f} and {:.1f}; 28 x 28: {:.2f} s and {:.3f} s for four images", growth(0),
                           growth(2), seconds[0].back(), seconds[2].back()));

  // ---- P8: what a pixel can see ---------------------------------------------------------------------------
  const Index row = height * 3 / 4, col = width / 2, blocks = 8, reach = blocks + 3;
  PixelCnn plain({.maps = 8, .blocks = blocks}, first_values);
  GatedPixelCnn gated({.maps = 8, .layers = blocks + 1}, first_values);
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
                 "what the framed pixel can see: 8 blocks or gated layers, one layer of LSTM");
  lesson.claim("P8", "PixelCNN has a blind spot, Gated PixelCNN only an edge; LSTMs see further, the diagonal all",
               static_cast<double>(seen[0]),
               seen[1] == reach * (2 * reach + 1) + reach && seen[0] < seen[1] && seen[1] < seen[2] &&
                   seen[2] < seen[3] && seen[3] == row * width + col,
               fmt::format("of {} earlier pixels PixelCNN sees {}, Gated {}, Row LSTM {}, Diagonal BiLSTM {}",
                           row * width + col, seen[0], seen[1], seen[2], seen[3]));

  // ---- P8: what it makes of it ----------------------------------------------------------------------------
  Chart influence({.title = "influence on a pixel of a digit", .x = "rows above it", .y = "share", .log_y = true});
  double far = 0;
  for (const auto& net : nets) {
    std::vector<double> share = influence_by_rows(*net, held_out.slice(0, 0, std::min<Index>(n, 64)).contiguous(), looking);
    far = 0;  // of the last net, the deepest
    for (std::size_t up = 6; up < share.size(); ++up) far += share[up];
    while (share.back() == 0) share.pop_back();
    std::vector<double> rows;
    for (std::size_t up = 0; up < share.size(); ++up) rows.push_back(static_cast<double>(up));
    influence.line(fmt::format("{} blocks", net->settings.blocks), rows, share);
  }
  lesson.picture("influence.png", influence, "gradients of trained nets on held-out digits");
  lesson.claim("P8", "what it sees far away hardly counts: 6 rows up and more", far, far < 0.1,
               fmt::format("{:.1f} % of the influence in a net of {} blocks; 1, 3 and {} blocks: {:.1f}, {:.1f}, "
                           "{:.1f} nats",
                           100 * far, depths.back(), depths.back(), nats[0], nats[1], nats[2]));
  const std::vector<double> apart = {3, 4, 5, 6, 7, 8, 10, 11, 12, 14, 16, 20};
  Chart copies({.title = "a pixel that repeats one some rows above", .x = "rows apart", .y = "nats, best of 3 trainings"});
  bool guesses = true, learns = true;
  double lstm_far = 0;
  for (const Index depth : {1, 3, 8, 0}) {
    std::vector<double> best;
    for (const double d : apart) {
      double least = 1e9;
      for (int run = 0; run < 3; ++run) {
        PixelCnn conv({.maps = 16, .blocks = depth}, first_values);
        PixelRnn lstm(PixelRnnKind::kRowLstm, {.hidden = 16, .layers = 1}, first_values);
        AutoregressiveModel& net = depth > 0 ? static_cast<AutoregressiveModel&>(conv) : lstm;
        least = std::min(least, nats_of_a_copy(net, static_cast<Index>(d)));
      }
      best.push_back(least);
      if (depth > 0 && d > static_cast<double>(depth + 3)) guesses = guesses && least > std::log(2.0) - 1e-4;
      if (d <= 4) learns = learns && least < 0.1;
      if (depth == 0 && d == 12) lstm_far = least;
    }
    copies.line(depth > 0 ? fmt::format("PixelCNN, {} blocks", depth) : "Row LSTM, one layer", apart, best);
    std::string line; for (double b : best) line += fmt::format(" {:.3f}", b); lesson.say("{} {}", depth, line);
  }
  lesson.picture("copies.png", copies, "0: related; 0.69 = ln 2: guessed");
  lesson.claim("P8", "beyond its reach of 3 + blocks rows a PixelCNN can only guess; an LSTM remembers", lstm_far,
               guesses && learns && lstm_far < 0.3,
               fmt::format("a copy 12 rows below costs 8 blocks {} nats, a Row LSTM {:.2f}", guesses ? "ln 2" : "LESS", lstm_far));

  // ---- P8: likelihood is not sample quality ---------------------------------------------------------------
  const double share = 0.01, of_noise = -static_cast<double>(pixels) * std::log(2.0);
  double dearest = 0;
  for (const double p : values(of_digits)) {  // log(share p(x) + (1 - share) 2^-pixels), by its larger term
    const double a = std::log(share) + p, b = std::log(1 - share) + of_noise;
    dearest = std::max(dearest, p - std::max(a, b) - std::log1p(std::exp(-std::abs(a - b))));
  }
  const Shape hundred = {100, 1, height, width};
  const Tensor is_digit = drawing.bernoulli(Tensor::full({100, 1, 1, 1}, static_cast<Real>(share)));
  const Tensor noise = drawing.bernoulli(Tensor::full(hundred, Real(0.5)));
  lesson.picture("garbage.png", grid(where(is_digit, model.sample(hundred, drawing), noise), {.columns = 20, .zoom = 1}),
                 "100 samples of a model that is noise in 99 of 100 cases");
  lesson.claim("P8", "a good likelihood promises no good samples: 99 % noise costs at most ln 100 = 4.6 nats", dearest,
               dearest <= std::log(100.0) + 1e-9 && nats.back() + dearest < independent_nats,
               fmt::format("{:.1f} nats become {:.1f} at most; {:.0f} of 100 samples are noise", nats.back(),
                           nats.back() + dearest, 100 - sum(is_digit).item()));

  // ---- what it is good for --------------------------------------------------------------------------------
  Tensor top_half = Tensor::zeros({height, width});
  top_half.slice(0, 0, height / 2).fill(1);
  std::vector<Tensor> completed;
  for (Index i = 0; i < 4; ++i) {
    const Tensor given = held_out.slice(0, i, i + 1);
    completed.push_back(given);
    completed.push_back(model.sample({12, 1, height, width}, drawing, {.image = given.expand({12, 1, height, width}), .known = top_half}));
  }
  lesson.picture("completions.png", grid(concatenate(completed, 0), {.columns = 13, .zoom = 2, .line_below = height / 2}),
                 "first the image; then what is above the line is given, and twelve ways to go on below it");
  return lesson.close();
}
