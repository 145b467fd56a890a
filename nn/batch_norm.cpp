#include "nn/batch_norm.h"

#include "autograd/ops/arithmetic.h"
#include "autograd/ops/normalize.h"
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
  if (!training()) return batch_norm_fixed(x, {running_mean, running_var}, weight, bias, options.eps);
  const Index n = x.numel() / channels;
  require(n > 1, kind(), "x is {}, one value a channel, which has no variance; hint: train with two images or more",
          x.shape());
  ChannelMoments batch;
  const Var y = batch_norm(x, weight, bias, options.eps, &batch);
  track(batch.mean, batch.variance, n);
  return y;
}

Var BatchNorm::composed(const Var& x) const {
  const bool images = x.shape().rank() == 4;
  const Dims dims = images ? Dims{0, 2, 3} : Dims{0};
  const Shape per_channel = images ? Shape{1, channels, 1, 1} : Shape{1, channels};
  Var centred, variance;
  if (training()) {
    centred = x - mean(x, dims, /*keepdim=*/true);
    variance = mean(square(centred), dims, /*keepdim=*/true);
  } else {
    centred = x - Var(running_mean.reshape(per_channel));
    variance = running_var.reshape(per_channel);
  }
  const Var y = centred / sqrt(variance + options.eps);
  return options.affine ? y * reshape(weight, per_channel) + reshape(bias, per_channel) : y;
}

void BatchNorm::track(const Tensor& mean, const Tensor& variance, Index n) {
  const Real m = options.momentum, unbiased = static_cast<Real>(n) / static_cast<Real>(n - 1);
  running_mean = running_mean * (1 - m) + mean * m;
  running_var = running_var * (1 - m) + variance * (m * unbiased);
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
