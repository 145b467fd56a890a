#pragma once
#include "models/autoregressive.h"
#include "nn/gated_residual.h"
#include "nn/logistic_mixture.h"

namespace gradfold {

struct PixelCnnPpConfig {
  Index maps = 32;     // of each stream
  Index blocks = 2;    // residual blocks of a stream at each resolution, down and up again
  Index halvings = 2;  // how often rows and columns are halved: 28, 14, 7
  Index mixture = 10;  // components of the mixture of logistics
  Index dropout = 0;   // percent
  int levels = 2;      // values of a pixel: 2 has one logit, more a mixture of logistics
  int channels = 1;    // 3 for R, G, B, drawn in this order at each pixel
};

// The two streams: u knows the rows above a pixel's, ul also what is left of it in its row.
struct PixelStreams {
  Var u, ul;  // [N, maps, H, W]
};

// A residual block of each stream; that of ul takes what u's gave, and on the way up both take what they were
// on the way down.
struct PixelStreamsBlock : Module {
  PixelStreamsBlock(const PixelCnnPpConfig& config, bool up, DropoutOptions dropout);
  GatedResidual& u;
  GatedResidual& ul;
  PixelStreams run(const PixelStreams& x, const PixelStreams* before = nullptr);
};

// Both streams to half the rows and columns.
struct PixelStreamsHalf : Module {
  explicit PixelStreamsHalf(Index maps);
  ShiftedConv2d& u;
  ShiftedConv2d& ul;
  PixelStreams run(const PixelStreams& x);
};

// And back.
struct PixelStreamsDouble : Module {
  explicit PixelStreamsDouble(Index maps);
  ShiftedConvTranspose2d& u;
  ShiftedConvTranspose2d& ul;
  PixelStreams run(const PixelStreams& x, Size2 size);
};

// PixelCNN++ (Salimans, Karpathy, Chen, Kingma 2017, arXiv 1701.05517).
//
//   x [N, C, H, W] -> 2x - 1 and a channel of ones, which tells the image from the padding around it
//     -> u: 2x3, shifted down a row          ul: 1x3, shifted down a row, + 2x1, shifted right a column
//     -> blocks residual blocks of both streams (nn/gated_residual.h), half the rows and columns; halvings times
//     -> blocks residual blocks more, then up again: twice the rows and columns, blocks + 1 residual blocks;
//        each takes from the way down what its mirror image there had
//     -> ul -> elu, 1x1 to a pixel's numbers: those of the mixture (nn/logistic_mixture.h), or one logit
//
// Nothing is masked: a shift and windows that end at their pixel (nn/shifted_conv2d.h) hide the future. The
// net says nothing about a pixel's G given its R; the mixture does, which is why RGB images of two levels
// have a mixture as well. Images may have any size: a row or column that a stride leaves over is halved as if
// another stood behind it.
class PixelCnnPp : public AutoregressiveModel {
 public:
  explicit PixelCnnPp(PixelCnnPpConfig config = {});
  PixelCnnPp(PixelCnnPpConfig config, Rng& rng) : PixelCnnPp(config) { reset_parameters(rng); }

  // x [N, C, H, W] of levels -> [N, P, H, W], what the mixture takes, or [N, 1, H, W].
  Var forward(const Var& x) override;
  std::unique_ptr<PixelNet> cached(Index n, Index width) override;
  std::vector<double> level_probabilities(const Tensor& logits, const Tensor& pixel, Index c) const override;
  // Sets lengths and biases of all layers so that each gives mean 0 and deviation 1 on x, as the paper begins.
  void calibrate(const Tensor& x) override;
  std::string name() const override { return "pixel_cnn_pp"; }
  ModelConfig config() const override;
  std::map<std::string, std::string> config_help() const override;

  const PixelCnnPpConfig settings;
  const LogisticMixture mixture;

 protected:
  Var surprise(const Var& logits, const Tensor& x) const override;

 private:
  friend class CachedPixelCnnPp;
  bool has_mixture() const { return settings.levels > 2 || settings.channels > 1; }
  PixelStreams first(const Var& x);
  // From maps of this resolution down to the coarsest and up again to this one.
  PixelStreams down_and_up(std::size_t resolution, PixelStreams maps);

  DropoutStream& dropout_;
  ShiftedConv2d& above_;             // to u
  ShiftedConv2d& above_row_;         // to ul
  ShiftedConv2d& left_;              // to ul
  std::vector<PixelStreamsHalf*> halves_;
  std::vector<PixelStreamsDouble*> doubles_;
  std::vector<std::vector<PixelStreamsBlock*>> down_, up_;  // by resolution, the finest first
  ShiftedConv2d& output_;
};

}  // namespace gradfold
