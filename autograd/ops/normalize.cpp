#include "autograd/ops/normalize.h"

#include "autograd/record.h"

namespace gradfold {
namespace {

Tensor value_or_none(const Var& x) { return x.defined() ? x.value() : Tensor(); }

NormWanted wanted(const Needs& need) { return {need[0], need[1], need[2]}; }
Grads in_order(NormGrads g) { return {g.dx, g.dweight, g.dbias}; }

Var record_batch_norm(const char* op, const Var& x, const ChannelMoments& moments, bool own, const Var& weight,
                      const Var& bias, Real eps) {
  Tensor w = value_or_none(weight), y = batch_norm(x.value(), moments, w, value_or_none(bias), eps);
  return record(op, {x, weight, bias}, std::move(y),
                [x = x.value(), moments, own, w, eps](const Tensor& dy, Needs need) -> Grads {
                  return in_order(batch_norm_backward(dy, x, moments, own, w, eps, wanted(need)));
                });
}

}  // namespace

// n = (x - mean) s, s = 1 / sqrt(variance + eps), y = n w + b
// With g = dy w:   dx = s (g - average of g - n * average of g n)   dw = sum of dy n   db = sum of dy
// saves: x, w, mean and s of each run
Var layer_norm(const Var& x, const Shape& normalized, const Var& weight, const Var& bias, Real eps) {
  Tensor w = value_or_none(weight);
  LayerNormResult r = layer_norm(x.value(), normalized, w, value_or_none(bias), eps);
  return record("layer_norm", {x, weight, bias}, std::move(r.y),
                [x = x.value(), normalized, w, mean = r.mean, scale = r.scale](const Tensor& dy, Needs need) -> Grads {
                  return in_order(layer_norm_backward(dy, x, normalized, w, mean, scale, wanted(need)));
                });
}

// The same, with averages over a channel of the batch      saves: x, w, mean and variance of each channel
Var batch_norm(const Var& x, const Var& weight, const Var& bias, Real eps, ChannelMoments* batch) {
  const ChannelMoments moments = channel_moments(x.value());
  if (batch) *batch = moments;
  return record_batch_norm("batch_norm", x, moments, /*own=*/true, weight, bias, eps);
}

// mean and variance are constants: dx = dy s w      saves: x, w, mean and variance
Var batch_norm_fixed(const Var& x, const ChannelMoments& fixed, const Var& weight, const Var& bias, Real eps) {
  return record_batch_norm("batch_norm_fixed", x, fixed, /*own=*/false, weight, bias, eps);
}

}  // namespace gradfold
