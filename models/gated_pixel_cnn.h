#pragma once
#include "models/autoregressive.h"
#include "nn/gated_masked_conv.h"

namespace gradfold {

struct GatedPixelCnnConfig {
  Index maps = 32;   // p: of each stack
  Index layers = 8;  // gated layers, the first among them
  Index kernel = 3;  // of the later layers; the first one's is 7
  Index head = 32;   // maps of the layer before the output
  int levels = 2;    // values of a pixel: 2 has one logit, more a softmax over all levels
  int channels = 1;  // 3 for R, G, B, drawn in this order at each pixel
  Index dropout = 0;  // percent, of what each layer's gates let through
  Index classes = 0;  // that images are conditioned on: p(x | class); 0: none, p(x)
};

// Gated PixelCNN (van den Oord et al. 2016, "Conditional image generation with PixelCNN decoders", arXiv 1606.05328).
//
//   x [N, C, H, W] -> 2x - 1 -> gated layer, 7x7, mask A -> layers - 1 gated layers, mask B (nn/gated_masked_conv.h)
//     -> horizontal maps -> relu, 1x1 to head maps, relu, 1x1 to the logits [N, C * K, H, W]
//
// A pixel sees a rectangle of rows above it, and its own row to the left: no blind spot. With classes, both stacks of
// each gated layer are told the image's, as one-hot.
class GatedPixelCnn : public AutoregressiveModel {
 public:
  explicit GatedPixelCnn(GatedPixelCnnConfig config = {});
  GatedPixelCnn(GatedPixelCnnConfig config, Rng& rng) : GatedPixelCnn(config) { reset_parameters(rng); }

  // x [N, C, H, W] of levels -> logits [N, C * K, H, W]; with classes call logits(x, labels).
  Var forward(const Var& x) override;
  std::unique_ptr<PixelNet> cached(Index n, Index width) override;
  std::string name() const override { return "gated_pixel_cnn"; }
  ModelConfig config() const override;
  std::map<std::string, std::string> config_help() const override;

  Index classes() const override { return settings.classes; }

  const GatedPixelCnnConfig settings;

 protected:
  Var forward_given(const Var& x, const Indices& labels) override;

 private:
  DropoutStream& dropout_;
  GatedMaskedConv& input_;
  std::vector<GatedMaskedConv*> layers_;
  MaskedConv2d& hidden_;  // and its relu
  MaskedConv2d& output_;
};

}  // namespace gradfold
