#pragma once
#include "nn/module.h"

namespace gradfold {

struct LayerNormOptions {
  Real eps = Real(1e-5);
  bool affine = true;  // learn weight and bias
};

// y = (x - mean) / sqrt(variance + eps) * weight + bias, mean and variance (over n) of each sample by itself
// over the last dimensions, `normalized`. Ba et al. 2016, "Layer normalization".
//   x [..., normalized] -> y the same;  weight [normalized] = 1, bias [normalized] = 0
class LayerNorm : public Module {
 public:
  explicit LayerNorm(const Shape& normalized, LayerNormOptions options = {});
  explicit LayerNorm(Index features, LayerNormOptions options = {}) : LayerNorm(Shape{features}, options) {}

  const Shape normalized;
  const LayerNormOptions options;
  Var weight, bias;  // undefined unless affine

  Var forward(const Var& x) override;
  // The same, written out in ops: slower, to read and to hold forward() against. To change what is computed, let
  // forward() return composed(x): backward follows by itself.
  Var composed(const Var& x) const;
};

}  // namespace gradfold
