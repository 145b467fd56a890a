// A training step of each PixelRNN beside one of a PixelCNN with as many parameters, or the next fewer: both take 16
// images of 28x28. Reading pixel by pixel, in order, is what PixelRNN pays for; 1/3 of PixelCNN's rate is the aim.
#include <fmt/format.h>

#include "bench/compare.h"
#include "bench/training.h"
#include "models/pixel_cnn.h"
#include "models/pixel_rnn.h"

namespace gradfold::bench {
namespace {

constexpr Index kBatch = 16;

// The widest PixelCNN of 7 blocks that has at most `parameters`.
std::unique_ptr<LikelihoodModel> pixel_cnn_of(Index parameters, Rng& rng) {
  Index maps = 1;
  while (PixelCnn({.maps = maps + 1, .blocks = 7}).parameter_count() <= parameters) ++maps;
  return std::make_unique<PixelCnn>(PixelCnnConfig{.maps = maps, .blocks = 7}, rng);
}

void bench_recurrent_step(benchmark::State& state, PixelRnnKind kind, Index hidden, Index layers) {
  Rng rng(1);
  ModelTraining ours(std::make_unique<PixelRnn>(kind, PixelRnnConfig{.hidden = hidden, .layers = layers}, rng), kBatch);
  ModelTraining peer(pixel_cnn_of(ours.model->parameter_count(), rng), kBatch);
  compare(state, {.unit = "images/s",
                  .goal = 1. / 3,
                  .ways = {{"ours", double(kBatch), [&] { ours.step(); }},
                           {"pixel_cnn", double(kBatch), [&] { peer.step(); }}}});
  state.counters["parameters"] = static_cast<double>(ours.model->parameter_count());
  state.counters["pixel_cnn_parameters"] = static_cast<double>(peer.model->parameter_count());
}

const auto recurrent_steps = [] {
  const auto add = [](const char* name, PixelRnnKind kind, Index hidden, Index layers) {
    as_comparison(benchmark::RegisterBenchmark(fmt::format("{}/step/{}x{}", name, layers, hidden).c_str(),
                                               bench_recurrent_step, kind, hidden, layers));
  };
  add("row_lstm", PixelRnnKind::kRowLstm, 16, 7);
  add("row_lstm", PixelRnnKind::kRowLstm, 32, 3);
  add("diagonal_bilstm", PixelRnnKind::kDiagonalBiLstm, 32, 1);
  add("diagonal_bilstm", PixelRnnKind::kDiagonalBiLstm, 16, 7);
  return true;
}();

}  // namespace
}  // namespace gradfold::bench
