// Dropout in the autoregressive nets: in training only, in every layer that has it, resumed bit for bit.
#include "models/gated_pixel_cnn.h"
#include "models/pixel_cnn.h"
#include "models/pixel_cnn_pp.h"
#include "models/pixel_rnn.h"
#include "tensor/elementwise.h"
#include "tensor/reduce.h"
#include "tests/disagreement.h"
#include "tests/doctest.h"
#include "tests/models/kinds.h"

using namespace gradfold;

namespace {

const std::vector<Kind>& kinds_with_dropout() {
  const auto rnn = [](PixelRnnKind kind) {
    return [=](Index, Index) -> ModelPtr {
      return std::make_unique<PixelRnn>(kind, PixelRnnConfig{.hidden = 4, .layers = 2, .dropout = 50});
    };
  };
  static const std::vector<Kind> all = {
      {"PixelCNN", [](Index, Index) -> ModelPtr {
         return std::make_unique<PixelCnn>(PixelCnnConfig{.maps = 4, .blocks = 2, .dropout = 50});
       }},
      {"Gated PixelCNN", [](Index, Index) -> ModelPtr {
         return std::make_unique<GatedPixelCnn>(GatedPixelCnnConfig{.maps = 4, .layers = 2, .dropout = 50});
       }},
      {"PixelCNN++", [](Index, Index) -> ModelPtr {
         return std::make_unique<PixelCnnPp>(
             PixelCnnPpConfig{.maps = 4, .blocks = 1, .halvings = 1, .dropout = 50});
       }},
      {"Row LSTM", rnn(PixelRnnKind::kRowLstm)},
      {"Diagonal BiLSTM", rnn(PixelRnnKind::kDiagonalBiLstm)},
  };
  return all;
}

}  // namespace

TEST_CASE("dropout: other maps in each training pass, none in evaluation, and the same again after a checkpoint") {
  for (const Kind& kind : kinds_with_dropout()) {
    CAPTURE(kind.name);
    const ModelPtr model = drawn(kind, 5, 6, 6), again = kind.make(6, 6);
    Rng rng(6);
    const Tensor x = random_levels({4, 1, 6, 6}, 2, rng);
    const Tensor first = model->logits(x).value();
    again->load(model->state());
    const Tensor second = model->logits(x).value();
    CHECK_FALSE(identical(first, second));
    CHECK(identical(again->logits(x).value(), second));
    model->eval();
    CHECK(identical(model->logits(x).value(), model->logits(x).value()));
  }
}

TEST_CASE("dropout: what a training pass gives is, on average over passes, near what evaluation gives") {
  for (const Kind& kind : kinds_with_dropout()) {
    CAPTURE(kind.name);
    const ModelPtr model = drawn(kind, 7, 6, 6);
    Rng rng(8);
    const Tensor x = random_levels({2, 1, 6, 6}, 2, rng);
    constexpr int kPasses = 400;
    NoGrad guard;
    double of_a_pass = 0;  // squared distance from evaluation's logits
    model->eval();
    const Tensor expected = model->logits(x).value();
    model->train();
    Tensor mean = Tensor::zeros(expected.shape());
    for (int i = 0; i < kPasses; ++i) {
      const Tensor one = model->logits(x).value();
      of_a_pass += sum_of_squares(one - expected) / kPasses;
      mean = mean + one * (Real{1} / kPasses);
    }
    // A net is no linear function, so the mean is not quite evaluation's; a layer that forgot to make up for what it
    // dropped would be as far off as a single pass is.
    CHECK(of_a_pass > 0);
    CHECK(sum_of_squares(mean - expected) < of_a_pass / 4);
  }
}
