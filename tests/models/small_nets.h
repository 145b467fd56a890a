#pragma once
#include <functional>
#include <memory>

#include "models/fvsbn.h"
#include "models/gated_pixel_cnn.h"
#include "models/independent_pixels.h"
#include "models/pixel_cnn.h"
#include "models/pixel_cnn_pp.h"
#include "models/pixel_rnn.h"

// A net or two of every kind, small enough for whole Jacobians. Their losses, logits and gradients in PyTorch are in
// tests/fixtures/models.npz under the same names (tests/fixtures/make_model_fixtures.py).
namespace gradfold {

struct SmallNet {
  std::string name;
  std::function<std::unique_ptr<AutoregressiveModel>()> make;
};

inline const std::vector<SmallNet>& small_nets() {
  constexpr PixelRnnKind kRow = PixelRnnKind::kRowLstm, kDiagonal = PixelRnnKind::kDiagonalBiLstm;
  const auto cnn = [](PixelCnnConfig c) { return [=] { return std::make_unique<PixelCnn>(c); }; };
  const auto gated = [](GatedPixelCnnConfig c) { return [=] { return std::make_unique<GatedPixelCnn>(c); }; };
  const auto rnn = [](PixelRnnKind kind, PixelRnnConfig c) {
    return [=] { return std::make_unique<PixelRnn>(kind, c); };
  };
  const auto pp = [](PixelCnnPpConfig c) { return [=] { return std::make_unique<PixelCnnPp>(c); }; };
  const auto independent = [](IndependentPixelsConfig c) {
    return [=] { return std::make_unique<IndependentPixels>(c); };
  };
  const auto fvsbn = [](FvsbnConfig c) { return [=] { return std::make_unique<Fvsbn>(c); }; };
  static const std::vector<SmallNet> all = {
      {"independent_pixels", independent({.height = 4, .width = 4})},
      {"independent_pixels_rgb", independent({.height = 4, .width = 4, .levels = 4, .channels = 3})},
      {"fvsbn", fvsbn({.height = 4, .width = 4})},
      {"pixel_cnn", cnn({.maps = 4, .blocks = 2})},
      {"pixel_cnn_rgb", cnn({.maps = 3, .blocks = 1, .levels = 8, .channels = 3})},
      {"pixel_cnn_kernel_5", cnn({.maps = 3, .blocks = 2, .kernel = 5})},
      {"gated_pixel_cnn", gated({.maps = 4, .layers = 3, .head = 3})},
      {"gated_pixel_cnn_rgb", gated({.maps = 3, .layers = 2, .head = 3, .levels = 4, .channels = 3})},
      {"gated_pixel_cnn_classes", gated({.maps = 3, .layers = 2, .head = 3, .classes = 3})},
      {"row_lstm", rnn(kRow, {.hidden = 3, .layers = 2, .head = 4})},
      {"row_lstm_rgb", rnn(kRow, {.hidden = 3, .layers = 1, .head = 3, .levels = 4, .channels = 3})},
      {"diagonal_bilstm", rnn(kDiagonal, {.hidden = 3, .layers = 2, .head = 4})},
      {"diagonal_bilstm_rgb", rnn(kDiagonal, {.hidden = 3, .layers = 1, .head = 3, .levels = 4, .channels = 3})},
      {"pixel_cnn_pp", pp({.maps = 3, .blocks = 1, .halvings = 2})},
      {"pixel_cnn_pp_grey", pp({.maps = 3, .blocks = 2, .halvings = 1, .mixture = 2, .levels = 256})},
      {"pixel_cnn_pp_rgb", pp({.maps = 3, .blocks = 1, .halvings = 1, .mixture = 2, .levels = 6, .channels = 3})},
      {"pixel_cnn_pp_softmax", pp({.maps = 3, .blocks = 1, .halvings = 0, .mixture = 0, .levels = 256})},
      {"pixel_cnn_pp_softmax_rgb",
       pp({.maps = 3, .blocks = 1, .halvings = 0, .mixture = 0, .levels = 4, .channels = 3})},
  };
  return all;
}

}  // namespace gradfold
