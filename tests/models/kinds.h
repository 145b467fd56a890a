#pragma once
#include <functional>

#include "models/fvsbn.h"
#include "models/gated_pixel_cnn.h"
#include "models/independent_pixels.h"
#include "models/pixel_cnn.h"
#include "models/pixel_cnn_pp.h"
#include "models/pixel_rnn.h"

// The autoregressive models that every test of them goes through.
namespace gradfold {

using ModelPtr = std::unique_ptr<AutoregressiveModel>;
struct Kind {
  std::string name;
  std::function<ModelPtr(Index height, Index width)> make;  // for images of this size; most models know all
  bool looks_back = true;
};

inline const std::vector<Kind>& kinds() {
  constexpr PixelRnnKind kRow = PixelRnnKind::kRowLstm, kDiagonal = PixelRnnKind::kDiagonalBiLstm;
  const auto cnn = [](PixelCnnConfig c) {
    return [=](Index, Index) -> ModelPtr { return std::make_unique<PixelCnn>(c); };
  };
  const auto gated = [](GatedPixelCnnConfig c) {
    return [=](Index, Index) -> ModelPtr { return std::make_unique<GatedPixelCnn>(c); };
  };
  const auto pp = [](PixelCnnPpConfig c) {
    return [=](Index, Index) -> ModelPtr { return std::make_unique<PixelCnnPp>(c); };
  };
  const auto rnn = [](PixelRnnKind kind, PixelRnnConfig c) {
    return [=](Index, Index) -> ModelPtr { return std::make_unique<PixelRnn>(kind, c); };
  };
  const auto independent = [](int levels, int channels) {
    return [=](Index height, Index width) -> ModelPtr {
      return std::make_unique<IndependentPixels>(IndependentPixelsConfig{height, width, levels, channels});
    };
  };
  const auto fvsbn = [](Index height, Index width) -> ModelPtr {
    return std::make_unique<Fvsbn>(FvsbnConfig{height, width});
  };
  static const std::vector<Kind> all = {
      {"independent pixels, binary", independent(2, 1), /*looks_back=*/false},
      {"independent pixels, RGB of 4 levels", independent(4, 3), /*looks_back=*/false},
      {"FVSBN", fvsbn},
      {"PixelCNN, binary", cnn({.maps = 6, .blocks = 2})},
      {"PixelCNN, 8 levels", cnn({.maps = 6, .blocks = 2, .kernel = 5, .levels = 8})},
      {"PixelCNN, RGB of 256 levels", cnn({.maps = 6, .blocks = 2, .levels = 256, .channels = 3})},
      {"Gated PixelCNN, binary", gated({.maps = 6, .layers = 3, .head = 6})},
      {"Gated PixelCNN, RGB of 4 levels",
       gated({.maps = 6, .layers = 3, .kernel = 5, .head = 6, .levels = 4, .channels = 3})},
      {"Gated PixelCNN, binary, 3 classes", gated({.maps = 6, .layers = 3, .head = 6, .classes = 3})},
      {"Gated PixelCNN, RGB of 4 levels, 2 classes",
       gated({.maps = 6, .layers = 2, .head = 6, .levels = 4, .channels = 3, .classes = 2})},
      {"PixelCNN++, binary", pp({.maps = 4, .blocks = 1})},
      {"PixelCNN++, grey of 256 levels", pp({.maps = 4, .blocks = 2, .halvings = 1, .mixture = 3, .levels = 256})},
      {"PixelCNN++, RGB of 256 levels", pp({.maps = 4, .blocks = 1, .mixture = 3, .levels = 256, .channels = 3})},
      {"PixelCNN++, RGB of 2 levels", pp({.maps = 4, .blocks = 1, .mixture = 3, .channels = 3})},
      {"PixelCNN++, grey of 256 levels, softmax",
       pp({.maps = 4, .blocks = 1, .halvings = 1, .mixture = 0, .levels = 256})},
      {"PixelCNN++, RGB of 4 levels, softmax", pp({.maps = 4, .blocks = 1, .mixture = 0, .levels = 4, .channels = 3})},
      {"PixelCNN++, RGB of 2 levels, softmax",
       pp({.maps = 4, .blocks = 1, .halvings = 1, .mixture = 0, .channels = 3})},
      {"Row LSTM, binary", rnn(kRow, {.hidden = 6, .layers = 2, .head = 6})},
      {"Row LSTM, RGB of 4 levels",
       rnn(kRow, {.hidden = 6, .layers = 2, .kernel = 5, .head = 6, .levels = 4, .channels = 3})},
      {"Diagonal BiLSTM, binary", rnn(kDiagonal, {.hidden = 6, .layers = 2, .head = 6})},
      {"Diagonal BiLSTM, RGB of 4 levels",
       rnn(kDiagonal, {.hidden = 6, .layers = 2, .head = 6, .levels = 4, .channels = 3})},
  };
  return all;
}

inline Tensor random_levels(const Shape& shape, int levels, Rng& rng) {
  Tensor x(shape);
  for (Index i = 0; i < x.numel(); ++i) {
    x.data()[i] = static_cast<Real>(rng.below(levels)) / static_cast<Real>(levels - 1);
  }
  return x;
}

// Labels 0, 1, 2, ... in turn for n images, if the model takes any.
inline Indices some_labels(const ImageModel& model, Index n) {
  Indices labels(Shape{model.classes() > 0 ? n : 0});
  for (Index i = 0; i < labels.numel(); ++i) labels[i] = static_cast<std::int32_t>(i % model.classes());
  return labels;
}

// With first values, for images of height x width.
inline ModelPtr drawn(const Kind& kind, std::uint64_t seed, Index height, Index width) {
  ModelPtr model = kind.make(height, width);
  Rng rng(seed);
  model->reset_parameters(rng);
  model->calibrate(random_levels({8, model->channels(), 6, 6}, model->levels(), rng));
  return model;
}

}  // namespace gradfold
