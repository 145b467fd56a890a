// 2.2  PixelRNN: an LSTM reads the image line by line. It knows more of what came before, and every line waits for the
//      one before it.
//
//   p(x) = prod_i p(x_i | x_1 ... x_i-1)      as everywhere in this part. What differs is how much of
//                                             x_1 ... x_i-1 a net sees, and in how many steps:
//   PixelCNN          a few masked convolutions, each over the whole image at once
//   Row LSTM          a step is a row:       h(r, s) from x(r, s-1), x(r, s), h(r-1, s-1), h(r-1, s), h(r-1, s+1)
//   Diagonal BiLSTM   a step is a diagonal:  h(r, s) from x(r, s), h(r-1, s), h(r, s-1); another from the right
//
// Read main() from top to bottom; it trains these three, of as many parameters, on the same images in the same order.
#include "autograd/dependency_map.h"
#include "autograd/graph_depth.h"
#include "autograd/ops.h"
#include "lessons/comparison.h"
#include "lessons/lesson.h"
#include "lessons/model_seconds.h"
#include "lessons/pixel_tests.h"
#include "lessons/skewing.h"
#include "models/pixel_cnn.h"
#include "models/pixel_rnn.h"
#include "nn/diagonal_bilstm.h"
#include "nn/optim/adam.h"
#include "nn/optim/schedule.h"
#include "nn/row_lstm.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tensor/reduce.h"
#include "viz/receptive_field.h"

using namespace gradfold;

namespace {

constexpr double kRate = 1e-2;  // of those tried the one at which the PixelCNN does best
const std::vector<std::string> kNames = {"PixelCNN", "Row LSTM", "Diagonal BiLSTM"};

void train(Lesson& lesson, AutoregressiveModel& model, const Dataset& images, TrainOptions options) {
  Adam optimizer(model.parameters(), {.lr = kRate});
  Lesson::Epochs epochs = lesson.epochs(images, options);
  const Schedule rate = schedule::cosine(epochs.steps());
  Index step = 0;
  for (const Batch& batch : epochs) {
    const Var loss = model.nll(batch.images);
    optimizer.zero_grad();
    loss.backward();  // through an LSTM: its lines once more, the last first
    optimizer.set_lr(kRate * rate(step++));
    optimizer.step();
  }
}

}  // namespace

int main(int argc, char** argv) {
  Lesson lesson(
      argc, argv,
      {.step = "2.2", .title = "PixelRNN",
       .note = "RNN/LSTM 으로 구현, 픽셀을 한 줄씩, 순서대로 에측하기 때문에 정확하지만 속도가 너무 느리다는 단점 존재",
       .claim = "Built from RNNs/LSTMs. It predicts pixels line by line, in order: accurate, but much too slow.",
       .look_at = "Look at pixels_seen.png, then at nats_by_row.png: what a net does not see costs it.\n"
                  "skewed.png shows how a diagonal becomes a column, and so one step of an LSTM.\n"
                  "Change `blocks` and run again: does a PixelCNN that sees further up catch up?",
       .epochs = 3, .full_epochs = 10, .train = 4000, .test = 500});
  const Dataset images = lesson.train_images(binarize), test = lesson.test_images(binarize);
  const Shape one = {1, 1, images.images.size(2), images.images.size(3)};
  const Index height = one[2], width = one[3], pixels = one.numel();
  const Index hidden = lesson.full() ? 32 : 16, layers = 1, blocks = lesson.full() ? 7 : 3;

  // ---- three nets of as many parameters, trained alike ----------------------------------------------------
  Rng first_values = lesson.rng("first values"), looking = lesson.rng("looking");
  PixelRnn row(PixelRnnKind::kRowLstm, {.hidden = hidden, .layers = layers}, first_values);
  PixelRnn diagonal(PixelRnnKind::kDiagonalBiLstm, {.hidden = hidden, .layers = layers}, first_values);
  const PixelCnnConfig config = pixel_cnn_as_large_as(row.parameter_count(), blocks);
  PixelCnn cnn(config, first_values), longer(config, first_values);
  train(lesson, cnn, images, {.batch = 16, .title = "PixelCNN"});
  train(lesson, longer, images, {.batch = 16, .epochs = 2 * lesson.epochs(), .title = "PixelCNN for longer"});
  train(lesson, row, images, {.batch = 16, .title = "Row LSTM"});
  train(lesson, diagonal, images, {.batch = 16, .title = "Diagonal BiLSTM"});

  // ---- accurate -------------------------------------------------------------------------------------------
  const std::vector<AutoregressiveModel*> nets = {&cnn, &row, &diagonal};
  const Tensor by_cnn = cnn.log_prob(test.images), by_longer = longer.log_prob(test.images);
  const Tensor by_row = row.log_prob(test.images), by_diagonal = diagonal.log_prob(test.images);
  lesson.say("{} images to learn from, {} held out", images.size(), test.size());
  lesson.say("  {:<22} {:>10} {:>7} {:>9}   {}", "", "parameters", "nats", "bits/dim", "nats below the PixelCNN");
  const auto report = [&](const char* name, const AutoregressiveModel& model, const Tensor& log_prob) {
    const double nats = -mean(log_prob).item();
    const Lead lead = paired_lead(log_prob, by_cnn);
    lesson.say("  {:<22} {:>10} {:>7.2f} {:>9.4f}   {:.2f} +- {:.2f}", name, model.parameter_count(), nats,
               bits_per_dim(nats, one), lead.mean, lead.error);
  };
  report("PixelCNN", cnn, by_cnn);
  report("  twice as many epochs", longer, by_longer);
  report("Row LSTM", row, by_row);
  report("Diagonal BiLSTM", diagonal, by_diagonal);
  const auto accurate = [&](const char* claim, const char* other, const Tensor& by_other) {
    const Lead lead = paired_lead(by_diagonal, by_other);
    lesson.claim("P2", claim, lead.mean, lead.mean > 2 * lead.error,
                 "{:.1f} nats, {} {:.1f}: {:.1f} +- {:.1f} fewer", -mean(by_diagonal).item(), other,
                 -mean(by_other).item(), lead.mean, lead.error);
  };
  accurate("accurate: Diagonal BiLSTM predicts held-out images better than a PixelCNN of as many parameters",
           "PixelCNN", by_cnn);
  accurate("and better than Row LSTM, which sees less", "Row LSTM", by_row);

  Chart rows({.title = "what each row of a held-out image costs", .x = "row", .y = "nats"});
  Tensor drawn = test.images.slice(0, 0, 12);
  for (std::size_t i = 0; i < nets.size(); ++i) {
    rows.line(kNames[i], values(-sum(mean(nets[i]->log_conditionals(test.images), {0, 1}), {1})));
    Rng same = lesson.rng("samples");
    drawn = concatenate({drawn, nets[i]->sample({12, 1, height, width}, same)}, 0);
  }
  lesson.picture("nats_by_row.png", rows, "what each row costs, given those above it: the first rows are empty");
  lesson.picture("samples.png",
                 grid(drawn, {.columns = 12, .row_titles = {"held out", "PixelCNN", "Row LSTM", "Diagonal"}}),
                 "held-out images, and what the three nets draw from the same random numbers");

  // ---- because it sees more -------------------------------------------------------------------------------
  std::vector<Tensor> seen;
  const auto look = [&](AutoregressiveModel& model) {
    const DependencyMap map = dependency_map([&](const Var& x) { return model(x); }, one, looking);
    seen.push_back(map.reach(height / 2, width / 2));
    return map;
  };
  const DependencyMap in_cnn = look(cnn), in_row = look(row), in_diagonal = look(diagonal);
  lesson.picture("pixels_seen.png", receptive_fields(seen, kNames, height / 2, width / 2),
                 "what the framed pixel sees");
  const Index leaks = in_cnn.leaks() + in_row.leaks() + in_diagonal.leaks();
  lesson.claim("P2", "because it sees more: every earlier pixel, and none of the three sees a later one",
               static_cast<double>(in_diagonal.blind()), in_diagonal.blind() == 0 && leaks == 0,
               "{} of {} earlier pixels missing, Row LSTM {}, PixelCNN {}; leaks {}", in_diagonal.blind(),
               pixels * (pixels - 1) / 2, in_row.blind(), in_cnn.blind(), leaks);
  // k rows up: from 3 + layers + k columns to the left to 2 + k to the right; 3 are the first, 7x7 layer's.
  const Index off = rows_off_cone(in_row.reach(height - 1, width / 2), height - 1, width / 2, 3 + layers, 2);
  lesson.claim("P2", "Row LSTM sees a triangle, one column wider on each side with every row up",
               static_cast<double>(off), off == 0, "{} of {} rows differ from it", off, height - 1);

  // ---- how a diagonal is one step: the skewing ------------------------------------------------------------
  RowLstm& row_lstm = *modules<RowLstm>(row).front();
  DiagonalBiLstm& diagonal_lstm = *modules<DiagonalBiLstm>(diagonal).front();
  const Tensor digit = on_coloured_diagonals(test.images.slice(0, 0, 1));
  const Tensor back = unskew(skew(Var(digit))).value().contiguous();
  lesson.picture("skewed.png", skewing(digit),
                 "each row one pixel further to the right, and back: the LSTM goes from column to column");
  const Tensor maps = modules<MaskedConv2d>(diagonal).front()->forward(test.images.slice(0, 0, 16)).value();
  const double apart = max(abs(diagonal_lstm(maps).value() - diagonal_lstm.composed(maps).value())).item();
  lesson.claim("P2", "skewing loses no bit, and column by column it is the LSTM that was trained", apart,
               identical(back, digit) && apart < 1e-4, "their outputs differ by at most {:.0e}", apart);

  // ---- slow: lines wait for one another -------------------------------------------------------------------
  const auto blocks_composed = [&](Var y) {
    for (PixelCnnBlock* block : modules<PixelCnnBlock>(cnn)) y = block->composed(y);
    return y;
  };
  using Layers = std::function<Var(const Var&)>;
  const std::vector<std::pair<Index, Layers>> in_plain_ops = {  // and the channels that they take
      {2 * config.maps, blocks_composed},
      {2 * hidden, [&](const Var& x) { return row_lstm.composed(x); }},
      {2 * hidden, [&](const Var& x) { return diagonal_lstm.composed(x); }}};
  std::vector<Index> half, whole;  // the longest chains in images of half the side, and of the side
  for (const auto& [channels, composed] : in_plain_ops) {
    half.push_back(graph_depth(composed(Var(Tensor::zeros({1, channels, height / 2, height / 2})))));
    whole.push_back(graph_depth(composed(Var(Tensor::zeros({1, channels, height, height})))));
  }
  lesson.claim("P2", "slow: an LSTM's lines wait for one another, twice as many in an image of twice the side",
               static_cast<double>(whole[2]),
               whole[0] == half[0] && 10 * whole[1] > 18 * half[1] && 10 * whole[2] > 18 * half[2],
               "longest chain of ops, side {} -> {}: PixelCNN {} -> {}, Row LSTM {} -> {}, Diagonal BiLSTM {} -> {}",
               height / 2, height, half[0], whole[0], half[1], whole[1], half[2], whole[2]);

  // ---- slow, in seconds: all of this takes turns on 16 images, and the median counts ----------------------
  std::vector<std::function<void()>> layers_alone;
  for (const auto& [channels, composed] : in_plain_ops) {
    layers_alone.push_back([&composed = composed, x = Var(Tensor::ones({16, channels, height, width}), true)] {
      const Var y = composed(x);
      y.backward(y.value());
    });
  }
  const Tensor batch = images.images.slice(0, 0, 16).contiguous();
  const auto [took, plain] = time_in_turns(nets, batch, layers_alone, 9, looking);
  lesson.say("\n  milliseconds     training step   layers in plain ops   an image drawn, naively   drawn, cached");
  for (std::size_t i = 0; i < nets.size(); ++i) {
    lesson.say("  {:<16} {:>13.1f}   {:>19.1f}   {:>23.0f}   {:>13.1f}", kNames[i], 1e3 * took[i].step, 1e3 * plain[i],
               1e3 * took[i].naive, 1e3 * took[i].cached);
  }
  lesson.claim("P2", "so line by line, in plain ops, Diagonal BiLSTM takes longer to train", plain[2] / plain[0],
               plain[2] > 1.5 * plain[0],
               "{:.1f} times as long as PixelCNN's blocks, Row LSTM {:.1f}; a whole training step, with one op a "
               "layer, {:.1f} and {:.1f}",
               plain[2] / plain[0], plain[1] / plain[0], took[2].step / took[0].step, took[1].step / took[0].step);
  const double waits = took[2].naive / (took[2].step / 16);
  lesson.claim("P2", "and drawing waits for every pixel: a pass for each, against learning from the image", waits,
               waits > 50, "Diagonal BiLSTM {:.0f} times as long; {:.1f} times as long as PixelCNN draws", waits,
               took[2].naive / took[0].naive);
  return lesson.close();
}
