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
      link_(layer.link, n, width), out_(layer.out, n, width), linked_(1, n, width, 2 * layer.maps, 0),
      vertical_condition_(layer.vertical_condition), horizontal_condition_(layer.horizontal_condition) {}

void CachedGatedConv::given(const Tensor& z) {
  require(vertical_condition_, "CachedGatedConv", "z is given but the layer has no condition");
  above_given_ = (*vertical_condition_)(z).value().unsqueeze(1);
  seen_given_ = (*horizontal_condition_)(z).value();
}

void CachedGatedConv::set(Index y, Index x, const Tensor& in) {
  vertical_.set(y, x, in);
  horizontal_.set(y, x, in);
}

Tensor CachedGatedConv::begin_row(Index y, const Tensor& in) {
  if (in.defined()) vertical_.set_row(y, in);
  require(!vertical_condition_ || above_given_.defined(), "CachedGatedConv", "z is missing: the layer has a condition");
  const Tensor above = vertical_.row(y);
  linked_.set_row(y, link_.pointwise(above));
  return gated(above_given_.defined() ? above + above_given_ : above);
}

Tensor CachedGatedConv::at(Index y, Index x, const Tensor& in) {
  if (in.defined()) horizontal_.set(y, x, in);
  const Tensor seen = horizontal_.at(y, x) + linked_.get(y, x);
  const Tensor h = out_.at(y, x, gated(seen_given_.defined() ? seen + seen_given_ : seen));
  return in.defined() ? in + h : h;
}

}  // namespace gradfold
