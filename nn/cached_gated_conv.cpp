#include "nn/cached_gated_conv.h"

#include "autograd/ops/gate.h"
#include "tensor/elementwise.h"

namespace gradfold {
namespace {

// sums [N, 2p], or [N, W, 2p] -> [N, p], or [N, W, p]
Tensor gated(const Tensor& sums) {
  Shape half = sums.shape();
  half[half.rank() - 1] /= 2;
  return gate(Var(sums.reshape({-1, sums.size(-1)}))).value().reshape(half);
}

}  // namespace

CachedGatedConv::CachedGatedConv(const GatedMaskedConv& layer, Index n, Index width)
    : vertical_(layer.vertical, n, width), horizontal_(layer.horizontal, n, width, /*gates=*/2),
      link_(layer.link, n, width), out_(layer.out, n, width), linked_(1, n, width, 2 * layer.maps, 0) {
  require(layer.options.condition == 0, "CachedGatedConv", "the layer has a condition, and the cached form knows none");
}

void CachedGatedConv::set(Index y, Index x, const Tensor& in) {
  vertical_.set(y, x, in);
  horizontal_.set(y, x, in);
}

Tensor CachedGatedConv::begin_row(Index y, const Tensor& in) {
  if (in.defined()) vertical_.set_row(y, in);
  const Tensor above = vertical_.row(y);
  linked_.set_row(y, link_.pointwise(above));
  return gated(above);
}

Tensor CachedGatedConv::at(Index y, Index x, const Tensor& in) {
  if (in.defined()) horizontal_.set(y, x, in);
  const Tensor h = out_.at(y, x, gated(horizontal_.at(y, x) + linked_.get(y, x)));
  return in.defined() ? in + h : h;
}

}  // namespace gradfold
