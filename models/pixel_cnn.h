#pragma once
#include "models/autoregressive.h"
#include "nn/dropout.h"
#include "nn/masked_conv2d.h"
#include "nn/sequential.h"

namespace gradfold {

struct PixelCnnConfig {
  Index maps = 32;  // h: maps inside a residual block; the trunk between the blocks carries 2h
  Index blocks = 7;
  Index kernel = 3;  // of the blocks' masked convolution, rows and columns; the input's is 7
  int levels = 2;    // values of a pixel: 2 has one logit, more a softmax over all levels
  int channels = 1;  // 3 for R, G, B, drawn in this order at each pixel
  Index dropout = 0;  // percent, of what each block adds to the trunk
  // false: ordinary convolutions, which see the pixel they predict. Not a model of anything: lesson 2.3
  // trains it to show why the mask is there.
  bool masked = true;
};

// Binary, with so many blocks, and as many maps as bring the number of parameters nearest to this one.
PixelCnnConfig pixel_cnn_as_large_as(Index parameters, Index blocks);

// A residual block. x [N, 2h, H, W] -> the same.
class PixelCnnBlock : public Module {
 public:
  explicit PixelCnnBlock(const PixelCnnConfig& config, DropoutOptions dropout = {});

  MaskedConv2d& reduce;  // 1x1, 2h to h
  MaskedConv2d& conv;    // kernel x kernel, h to h
  MaskedConv2d& expand;  // 1x1, h to 2h
  Dropout& dropout;

  // What the block computes. To change it, change this and let forward return it.
  Var composed(const Var& x);
  // The same as one op: most of a training step is spent here.
  Var forward(const Var& x) override;
};

// PixelCNN (van den Oord, Kalchbrenner, Kavukcuoglu 2016, "Pixel recurrent neural networks", arXiv 1601.06759).
//
//   p(x) = prod_i p(x_i | x_1, ..., x_i-1),   pixels row by row from the top left
//
// One pass over a whole image gives all factors at once, because no convolution sees ahead:
//
//   x [N, C, H, W] -> 2x - 1 -> 7x7, mask A, to 2h maps
//     -> blocks times: x + 1x1 to 2h (relu (k x k, mask B, h to h (relu (1x1 to h (relu x)))))
//     -> relu, 1x1 to h maps, relu, 1x1 to the logits [N, C * K, H, W],  K = 1 (two levels) or levels
//
// With more channels every layer's maps are C equal groups, R, G, B, and masks keep a pixel's G from its B.
// A pixel sees 3 + blocks rows up and columns to the sides, if k is the paper's 3; blocks * (k / 2) in general.
class PixelCnn : public AutoregressiveModel {
 public:
  explicit PixelCnn(PixelCnnConfig config = {});
  PixelCnn(PixelCnnConfig config, Rng& rng) : PixelCnn(config) { reset_parameters(rng); }

  // x [N, C, H, W] of levels -> logits [N, C * K, H, W]: logit of 1, or one for each level.
  Var forward(const Var& x) override;
  // The trunk's maps [N, 2h, H, W] after the 7x7 convolution and the first `blocks` blocks: for looking inside.
  Var trunk(const Var& x, Index blocks);
  std::unique_ptr<PixelNet> cached(Index n, Index width) override;
  std::string name() const override { return "pixel_cnn"; }
  ModelConfig config() const override;
  std::map<std::string, std::string> config_help() const override;

  const PixelCnnConfig settings;

 protected:
  bool looks_ahead() const override { return !settings.masked; }

 private:
  DropoutStream& dropout_;
  MaskedConv2d& input_;
  Sequential& blocks_;
  MaskedConv2d& hidden_;  // and its relu
  MaskedConv2d& output_;
};

}  // namespace gradfold
