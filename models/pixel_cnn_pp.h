#pragma once
#include "models/autoregressive.h"
#include "nn/gated_residual.h"
#include "nn/logistic_mixture.h"
#include "nn/masked_conv2d.h"

namespace gradfold {

struct PixelCnnPpConfig {
  Index maps = 32;     // of each stream
  Index blocks = 2;    // residual blocks of a stream at each resolution, down and up again
  Index halvings = 2;  // how often rows and columns are halved: 28, 14, 7
  Index mixture = 10;  // components of the mixture of logistics; 0: none, a softmax over all levels
  Index dropout = 0;   // percent
  int levels = 2;      // values of a pixel: 2 has one logit, more a mixture of logistics or a softmax
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
//     -> ul -> elu, 1x1 to a pixel's numbers: those of the mixture (nn/logistic_mixture.h), or logits
//
// Nothing is masked: a shift and windows that end at their pixel (nn/shifted_conv2d.h) hide the future. The
// net says nothing about a pixel's G given its R; the mixture does, which is why RGB images of two levels
// have a mixture as well. Images may have any size: a row or column that a stride leaves over is halved as if
// another stood behind it.
//
// With mixture = 0 a pixel has logits as in PixelCNN, in each channel one for each level, or one alone for two levels.
// For RGB its own channels then come in behind the streams, in a head masked as PixelCNN's:
//   ul -> elu, 1x1 to maps for each channel, + 1x1, mask A, of 2x - 1 -> elu, 1x1, mask B, to logits
// Added to the logits themselves, without a layer between, an earlier channel would be of little use: of 256 levels, a
// bell 5 levels wide around R's takes weights of hundreds, which a training run does not reach.
class PixelCnnPp : public AutoregressiveModel {
 public:
  explicit PixelCnnPp(PixelCnnPpConfig config = {});
  PixelCnnPp(PixelCnnPpConfig config, Rng& rng) : PixelCnnPp(config) { reset_parameters(rng); }

  // x [N, C, H, W] of levels -> [N, P, H, W], what the mixture takes, or logits [N, C * K, H, W].
  Var forward(const Var& x) override;
  std::unique_ptr<PixelNet> cached(Index n, Index width) override;
  std::vector<double> level_probabilities(const Tensor& logits, const Tensor& pixel, Index c) const override;
  // Sets lengths and biases of all weight-normed layers so that each gives mean 0 and deviation 1 on x, as the paper
  // begins.
  void calibrate(const Tensor& x) override;
  std::string name() const override { return "pixel_cnn_pp"; }
  ModelConfig config() const override;
  std::map<std::string, std::string> config_help() const override;

  const PixelCnnPpConfig settings;
  const LogisticMixture mixture;  // unless it has no components, or a grey pixel two levels

 protected:
  Var surprise(const Var& logits, const Tensor& x) const override;

 private:
  friend class CachedPixelCnnPp;
  bool has_mixture() const { return settings.mixture > 0 && (settings.levels > 2 || settings.channels > 1); }
  bool has_head() const { return !has_mixture() && settings.channels > 1; }
  Index outputs() const;  // of output_
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
  // Of a softmax over several channels: what earlier ones of the pixel add to output_'s maps, and the logits.
  MaskedConv2d* between_ = nullptr;
  MaskedConv2d* head_ = nullptr;
};

}  // namespace gradfold
