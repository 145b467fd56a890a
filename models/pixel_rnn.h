#pragma once
#include "models/autoregressive.h"
#include "nn/dropout.h"
#include "nn/masked_conv2d.h"
#include "nn/sequential.h"

namespace gradfold {

enum class PixelRnnKind { kRowLstm, kDiagonalBiLstm };

struct PixelRnnConfig {
  Index hidden = 16;  // h: units of each LSTM; the trunk between the layers carries 2h
  Index layers = 7;
  Index kernel = 3;  // columns of the row above that a Row LSTM's state sees; odd
  Index head = 32;   // maps of the layer before the output
  int levels = 2;    // values of a pixel: 2 has one logit, more a softmax over all levels
  int channels = 1;  // 3 for R, G, B, drawn in this order at each pixel
  Index dropout = 0;  // percent, of each LSTM's states as the next layer sees them
};

// PixelRNN (van den Oord, Kalchbrenner, Kavukcuoglu 2016, "Pixel recurrent neural networks", arXiv 1601.06759), with
// Row LSTM or Diagonal BiLSTM layers.
//
//   x [N, C, H, W] -> 2x - 1 -> 7x7, mask A, to 2h maps
//     -> layers times: x + 1x1 to 2h (LSTM with h units (x))
//     -> relu, 1x1 to head maps, relu, 1x1 to the logits [N, C * K, H, W],  K = 1 (two levels) or levels
//
// A Row LSTM sees a triangle above the pixel, kernel / 2 columns more to each side a row, a Diagonal BiLSTM everything
// before it; for that its maps have one column more than the image, which the paper does not mention.
class PixelRnn : public AutoregressiveModel {
 public:
  PixelRnn(PixelRnnKind kind, PixelRnnConfig config = {});
  PixelRnn(PixelRnnKind kind, PixelRnnConfig config, Rng& rng) : PixelRnn(kind, config) { reset_parameters(rng); }

  // x [N, C, H, W] of levels -> logits [N, C * K, H, W].
  Var forward(const Var& x) override;
  std::unique_ptr<PixelNet> cached(Index n, Index width) override;
  std::string name() const override { return kind == PixelRnnKind::kRowLstm ? "row_lstm" : "diagonal_bilstm"; }
  ModelConfig config() const override;
  std::map<std::string, std::string> config_help() const override;

  const PixelRnnKind kind;
  const PixelRnnConfig settings;

 private:
  DropoutStream& dropout_;
  MaskedConv2d& input_;
  Sequential& layers_;
  MaskedConv2d& hidden_;
  MaskedConv2d& output_;
};

}  // namespace gradfold
