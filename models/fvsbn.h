#pragma once
#include "models/fixed_size.h"

namespace gradfold {

struct FvsbnConfig {
  Index height = 28, width = 28;  // of every image
  int levels = 2;                 // a logistic regression knows no more
};

// Each pixel from all earlier ones by logistic regression: the fully visible sigmoid belief network (Frey, Hinton and
// Dayan 1996, "Does the wake-sleep algorithm produce good density estimators?"; Frey 1998, "Graphical models for
// machine learning and digital communication").
//
//   p(x_i = 1 | x_1, ..., x_i-1) = sigmoid(32 b_i + sum_j<i W_ij x_j),   pixels row by row from the top left
//
// With W = 0 these are IndependentPixels (models/independent_pixels.h, which says why 32). Where no training image has
// ink, W stays near 0, so that a pixel drawn there by accident misleads none after it.
//
// A PixelCNN shares its weights between places, is deep, and sees a window; this one has a weight for each pair of
// places, one layer, and sees everything.
class Fvsbn : public FixedSizeModel {
 public:
  explicit Fvsbn(FvsbnConfig config = {});
  Fvsbn(FvsbnConfig config, Rng& rng) : Fvsbn(config) { reset_parameters(rng); }

  // x [N, 1, H, W] of 0 and 1 -> logits [N, 1, H, W]; also for the first rows of images alone.
  Var forward(const Var& x) override;
  std::unique_ptr<PixelNet> cached(Index n, Index width) override;
  std::string name() const override { return "fvsbn"; }
  ModelConfig config() const override;
  std::map<std::string, std::string> config_help() const override;

  const FvsbnConfig settings;
  Var weight;  // [D, D], D = height * width: to pixel i (row) from pixel j (column); what is not j < i stays 0
  Var bias;    // [D]

 protected:
  void on_values_set() override;

 private:
  const Tensor earlier_;  // [D, D] 1 where j < i
};

}  // namespace gradfold
