#pragma once
#include "models/fixed_size.h"

namespace gradfold {

struct IndependentPixelsConfig {
  Index height = 28, width = 28;  // of every image
  int levels = 2;                 // values of a pixel
  int channels = 1;
};

// The lowest rung of the ladder: every pixel is drawn on its own, from how often its place has which value.
//
//   p(x) = prod_i p(x_i),   logits of place i = 32 w_i
//
// It learns the mean image and nothing else. Adam moves a number by about the learning rate a step, and a logit has
// units to go: hence the 32. The same pace stands in for smoothing: where no training image has ink, the best logit is
// minus infinity, and Adam ends near -7 after 1,600 steps, near -11 after 7,800.
class IndependentPixels : public FixedSizeModel {
 public:
  explicit IndependentPixels(IndependentPixelsConfig config = {});
  IndependentPixels(IndependentPixelsConfig config, Rng& rng) : IndependentPixels(config) { reset_parameters(rng); }

  // x [N, C, H, W] -> logits [N, C * K, H, W], which do not depend on it; also for the first rows of images alone.
  Var forward(const Var& x) override;
  std::unique_ptr<PixelNet> cached(Index n, Index width) override;
  std::string name() const override { return "independent_pixels"; }
  ModelConfig config() const override;
  std::map<std::string, std::string> config_help() const override;

  const IndependentPixelsConfig settings;
  Var weight;  // [C * K, height, width]
};

// What that model says of binary images `test` [N, C, H, W] if it counts ink in images `train` [M, C, H, W] instead of
// learning: nats per image. Place i has ink with probability (images with ink there + 1) / (M + 2), by Laplace's rule.
double counted_pixels_nats(const Tensor& train, const Tensor& test);

}  // namespace gradfold
