#include "tensor/normalize.h"

#include <algorithm>

#include "tensor/elementwise.h"
#include "tensor/kernels/batch_norm.h"
#include "tensor/kernels/layer_norm.h"

namespace gradfold {
namespace {

const char *const kLayerNorm = "layer_norm", *const kBatchNorm = "batch_norm";

const Real* data_or_null(const Tensor& x) { return x.defined() ? x.data() : nullptr; }
Tensor contiguous_or_none(const Tensor& x) { return x.defined() ? x.contiguous() : Tensor(); }

// Kernels read as far as x says, so every other operand must be as large.
void require_shape(const char* who, const char* name, const Tensor& t, const Shape& shape) {
  require(t.defined(), who, "{} is an undefined tensor but must be {}", name, shape);
  require(t.shape() == shape, who, "{} is {} but must be {}", name, t.shape(), shape);
}

void require_both_or_neither(const char* who, const Tensor& weight, const Tensor& bias, const Shape& shape) {
  require(weight.defined() == bias.defined(), who, "weight and bias must be given both or neither");
  if (!weight.defined()) return;
  require_shape(who, "weight", weight, shape);
  require_shape(who, "bias", bias, shape);
}

RowsShape rows_of(const Tensor& x, const Shape& normalized) {
  check_normalized(kLayerNorm, x.shape(), normalized);
  const Index count = normalized.numel();
  require(count > 0, kLayerNorm, "the normalized shape is {}; it must hold at least one number", normalized);
  return {x.numel() / count, count};
}

ChannelsShape channels_of(const Tensor& x) {
  require(x.rank() == 2 || x.rank() == 4, kBatchNorm, "x is {} but must be [N, C] or [N, C, H, W]", x.shape());
  return {x.size(0), x.size(1), x.rank() == 4 ? x.size(2) * x.size(3) : 1};
}

// The same, once the moments are known to be those of as many channels.
ChannelsShape channels_of(const Tensor& x, const ChannelMoments& moments) {
  const ChannelsShape shape = channels_of(x);
  require_shape(kBatchNorm, "mean", moments.mean, {shape.channels});
  require_shape(kBatchNorm, "variance", moments.variance, {shape.channels});
  return shape;
}

Tensor inverse_deviation(const Tensor& variance, Real eps) { return 1 / sqrt(variance + eps); }

}  // namespace

void check_normalized(std::string_view who, const Shape& x, const Shape& normalized) {
  const int leading = x.rank() - normalized.rank();
  const bool fits = leading >= 0 && std::equal(normalized.begin(), normalized.end(), x.begin() + leading);
  require(fits, who, "x is {} but its last dimensions must be {}", x, normalized);
}

LayerNormResult layer_norm(const Tensor& x, const Shape& normalized, const Tensor& weight, const Tensor& bias,
                           Real eps) {
  const RowsShape shape = rows_of(x, normalized);
  require_both_or_neither(kLayerNorm, weight, bias, normalized);
  LayerNormResult out{Tensor(x.shape()), Tensor({shape.rows}), Tensor({shape.rows})};
  const Tensor in = x.contiguous(), w = contiguous_or_none(weight), b = contiguous_or_none(bias);
  layer_norm_forward(in.data(), shape, data_or_null(w), data_or_null(b), eps, out.y.data(), out.mean.data(),
                     out.scale.data());
  return out;
}

NormGrads layer_norm_backward(const Tensor& dy, const Tensor& x, const Shape& normalized, const Tensor& weight,
                              const Tensor& mean, const Tensor& scale, NormWanted wanted) {
  const RowsShape shape = rows_of(x, normalized);
  require_shape(kLayerNorm, "dy", dy, x.shape());
  if (weight.defined()) require_shape(kLayerNorm, "weight", weight, normalized);
  require_shape(kLayerNorm, "mean", mean, {shape.rows});
  require_shape(kLayerNorm, "scale", scale, {shape.rows});
  NormGrads out;
  LayerNormGrads to{};
  if (wanted.dx) to.dx = (out.dx = Tensor(x.shape())).data();
  if (wanted.dweight) to.dweight = (out.dweight = Tensor(normalized)).data();
  if (wanted.dbias) to.dbias = (out.dbias = Tensor(normalized)).data();
  const Tensor g = dy.contiguous(), in = x.contiguous(), w = contiguous_or_none(weight);
  layer_norm_backward(g.data(), in.data(), shape, data_or_null(w), mean.data(), scale.data(), to);
  return out;
}

ChannelMoments channel_moments(const Tensor& x) {
  const ChannelsShape shape = channels_of(x);
  require(shape.n * shape.size > 0, kBatchNorm, "x is {}; a channel without numbers has no mean", x.shape());
  ChannelMoments out{Tensor({shape.channels}), Tensor({shape.channels})};
  const Tensor in = x.contiguous();
  channel_moments(in.data(), shape, out.mean.data(), out.variance.data());
  return out;
}

Tensor batch_norm(const Tensor& x, const ChannelMoments& moments, const Tensor& weight, const Tensor& bias, Real eps) {
  const ChannelsShape shape = channels_of(x, moments);
  require_both_or_neither(kBatchNorm, weight, bias, {shape.channels});
  const Tensor plain = inverse_deviation(moments.variance, eps), scale = weight.defined() ? plain * weight : plain;
  const Tensor in = x.contiguous(), mean = moments.mean.contiguous();
  const Tensor b = bias.defined() ? bias.contiguous() : Tensor::zeros({shape.channels});
  Tensor y(x.shape());
  channel_affine(in.data(), shape, mean.data(), scale.data(), b.data(), y.data());
  return y;
}

// With s = 1 / sqrt(variance + eps):   dweight = s * sum of dy (x - mean)   dbias = sum of dy
//   dx = dy * s * weight, and where mean and variance are x's own
//   dx = (dy - dbias / n - (x - mean) * s * dweight / n) * s * weight
NormGrads batch_norm_backward(const Tensor& dy, const Tensor& x, const ChannelMoments& moments, bool own,
                              const Tensor& weight, Real eps, NormWanted wanted) {
  const ChannelsShape shape = channels_of(x, moments);
  require_shape(kBatchNorm, "dy", dy, x.shape());
  if (weight.defined()) require_shape(kBatchNorm, "weight", weight, {shape.channels});
  const Tensor g = dy.contiguous(), in = x.contiguous(), mean = moments.mean.contiguous();
  const Tensor plain = inverse_deviation(moments.variance, eps), scale = weight.defined() ? plain * weight : plain;
  NormGrads out;
  Tensor dbias({shape.channels}), product({shape.channels});
  if (wanted.dweight || wanted.dbias || (wanted.dx && own)) {
    channel_sums(g.data(), in.data(), shape, mean.data(), dbias.data(), product.data());
  }
  if (wanted.dx) {
    const Real n = static_cast<Real>(shape.n * shape.size);
    const Tensor none = Tensor::zeros({shape.channels});
    const Tensor slope = own ? scale * square(plain) * product / n : none, offset = own ? scale * dbias / n : none;
    out.dx = Tensor(x.shape());
    channel_combine(g.data(), in.data(), shape, mean.data(), scale.data(), slope.data(), offset.data(), out.dx.data());
  }
  if (wanted.dweight) out.dweight = plain * product;
  if (wanted.dbias) out.dbias = dbias;
  return out;
}

}  // namespace gradfold
