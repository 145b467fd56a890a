#pragma once
#include "nn/module.h"

namespace gradfold {

struct BatchNormOptions {
  Real eps = Real(1e-5);
  Real momentum = Real(0.1);  // share of the new batch in the running statistics
  bool affine = true;    // learn weight and bias
};

// y = (x - mean) / sqrt(variance + eps) * weight + bias, for each channel over the batch (and the image).
// In training mean and variance (over n, not n - 1) are the batch's, and the running ones move towards
// them (the running variance towards the unbiased one, over n - 1); in evaluation the running ones serve.
// Ioffe & Szegedy 2015, "Batch normalization".
//   weight [C] = 1, bias [C] = 0; buffers running_mean [C] = 0, running_var [C] = 1, num_batches_tracked []
class BatchNorm : public Module {
 public:
  const Index channels;
  const BatchNormOptions options;
  Var weight, bias;  // undefined unless affine
  Tensor &running_mean, &running_var, &num_batches_tracked;

  // What forward() gives, written out in ops: slower, to read and to hold forward() against. Leaves the running
  // statistics alone. To change what is computed, let normalize() return composed(x): backward follows by itself.
  Var composed(const Var& x) const;

 protected:
  BatchNorm(Index channels, BatchNormOptions options);
  // x [N, C] or [N, C, H, W]
  Var normalize(const Var& x);

 private:
  void track(const Tensor& mean, const Tensor& variance, Index n);
};

// x [N, C] -> y [N, C]
class BatchNorm1d : public BatchNorm {
 public:
  BatchNorm1d(Index channels, BatchNormOptions options = {}) : BatchNorm(channels, options) {}
  Var forward(const Var& x) override;
};

// x [N, C, H, W] -> y [N, C, H, W]
class BatchNorm2d : public BatchNorm {
 public:
  BatchNorm2d(Index channels, BatchNormOptions options = {}) : BatchNorm(channels, options) {}
  Var forward(const Var& x) override;
};

}  // namespace gradfold
