#include "nn/batch_norm.h"

#include "autograd/ops/arithmetic.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/shape.h"
#include "tensor/elementwise.h"

namespace gradfold {

BatchNorm::BatchNorm(Index channels, BatchNormOptions options)
    : channels(channels), options(options), weight(options.affine ? param("weight", {channels}, init::ones()) : Var()),
      bias(options.affine ? param("bias", {channels}, init::zeros()) : Var()),
      running_mean(buffer("running_mean", Tensor::zeros({channels}))),
      running_var(buffer("running_var", Tensor::ones({channels}))),
      num_batches_tracked(buffer("num_batches_tracked", Tensor::scalar(0))) {}

Var BatchNorm::normalize(const Var& x) {
  const bool images = x.shape().rank() == 4;
  const Dims dims = images ? Dims{0, 2, 3} : Dims{0};
  const Shape per_channel = images ? Shape{1, channels, 1, 1} : Shape{1, channels};
  // Everything per channel is worked out on [1, C, 1, 1] first: y = (x - average) * scale + bias then takes
  // three passes over the images.
  Var centred, variance;
  if (training()) {
    const Index n = x.numel() / channels;
    require(n > 1, kind(), "x is {}, one value a channel, which has no variance; hint: train with two images or more",
            x.shape());
    const Var average = mean(x, dims, /*keepdim=*/true);
    centred = x - average;
    variance = mean(square(centred), dims, /*keepdim=*/true);
    track(average.value(), variance.value(), n);
  } else {
    centred = x - Var(running_mean.reshape(per_channel));
    variance = running_var.reshape(per_channel);
  }
  const Var scale = 1 / sqrt(variance + options.eps);
  if (!options.affine) return centred * scale;
  return centred * (scale * reshape(weight, per_channel)) + reshape(bias, per_channel);
}

void BatchNorm::track(const Tensor& mean, const Tensor& variance, Index n) {
  const Real m = options.momentum, unbiased = static_cast<Real>(n) / static_cast<Real>(n - 1);
  running_mean = running_mean * (1 - m) + mean.reshape({channels}) * m;
  running_var = running_var * (1 - m) + variance.reshape({channels}) * (m * unbiased);
  num_batches_tracked = num_batches_tracked + 1;
}

Var BatchNorm1d::forward(const Var& x) {
  check_shape("BatchNorm1d", "x", x.shape(), {"N", channels});
  return normalize(x);
}

Var BatchNorm2d::forward(const Var& x) {
  check_shape("BatchNorm2d", "x", x.shape(), {"N", channels, "H", "W"});
  return normalize(x);
}

}  // namespace gradfold
