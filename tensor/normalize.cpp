#include "tensor/normalize.h"

#include "tensor/elementwise.h"
#include "tensor/kernels/batch_norm.h"
#include "tensor/kernels/layer_norm.h"

namespace gradfold {
namespace {

const Real* data_or_null(const Tensor& x) { return x.defined() ? x.data() : nullptr; }
Tensor contiguous_or_none(const Tensor& x) { return x.defined() ? x.contiguous() : Tensor(); }

RowsShape rows_of(const Tensor& x, const Shape& normalized) {
  const Index count = normalized.numel();
  require(count > 0, "layer_norm", "the normalized shape is {}; it must hold at least one number", normalized);
  return {x.numel() / count, count};
}

ChannelsShape channels_of(const Tensor& x) {
  require(x.rank() == 2 || x.rank() == 4, "batch_norm", "x is {} but must be [N, C] or [N, C, H, W]", x.shape());
  return {x.size(0), x.size(1), x.rank() == 4 ? x.size(2) * x.size(3) : 1};
}

Tensor inverse_deviation(const Tensor& variance, Real eps) { return 1 / sqrt(variance + eps); }

}  // namespace

LayerNormResult layer_norm(const Tensor& x, const Shape& normalized, const Tensor& weight, const Tensor& bias,
                           Real eps) {
  require(weight.defined() == bias.defined(), "layer_norm", "weight and bias must be given both or neither");
  const RowsShape shape = rows_of(x, normalized);
  LayerNormResult out{Tensor(x.shape()), Tensor({shape.rows}), Tensor({shape.rows})};
  const Tensor in = x.contiguous(), w = contiguous_or_none(weight), b = contiguous_or_none(bias);
  layer_norm_forward(in.data(), shape, data_or_null(w), data_or_null(b), eps, out.y.data(), out.mean.data(),
                     out.scale.data());
  return out;
}

NormGrads layer_norm_backward(const Tensor& dy, const Tensor& x, const Shape& normalized, const Tensor& weight,
                              const Tensor& mean, const Tensor& scale, NormWanted wanted) {
  NormGrads out;
  LayerNormGrads to{};
  if (wanted.dx) to.dx = (out.dx = Tensor(x.shape())).data();
  if (wanted.dweight) to.dweight = (out.dweight = Tensor(normalized)).data();
  if (wanted.dbias) to.dbias = (out.dbias = Tensor(normalized)).data();
  const Tensor g = dy.contiguous(), in = x.contiguous(), w = contiguous_or_none(weight);
  layer_norm_backward(g.data(), in.data(), rows_of(x, normalized), data_or_null(w), mean.data(), scale.data(), to);
  return out;
}

ChannelMoments channel_moments(const Tensor& x) {
  const ChannelsShape shape = channels_of(x);
  require(shape.n * shape.size > 0, "batch_norm", "x is {}; a channel without numbers has no mean", x.shape());
  ChannelMoments out{Tensor({shape.channels}), Tensor({shape.channels})};
  const Tensor in = x.contiguous();
  channel_moments(in.data(), shape, out.mean.data(), out.variance.data());
  return out;
}

Tensor batch_norm(const Tensor& x, const ChannelMoments& moments, const Tensor& weight, const Tensor& bias, Real eps) {
  require(weight.defined() == bias.defined(), "batch_norm", "weight and bias must be given both or neither");
  const ChannelsShape shape = channels_of(x);
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
  const ChannelsShape shape = channels_of(x);
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
