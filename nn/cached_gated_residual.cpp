#include "nn/cached_gated_residual.h"

#include "autograd/ops/activations.h"
#include "tensor/elementwise.h"

namespace gradfold {
namespace {

// Of the last dimension: [..., C] -> [..., 2C].
Tensor concat_elu_last(const Tensor& x) {
  Shape both = x.shape();
  both[both.rank() - 1] *= 2;
  return concat_elu(Var(x.reshape({-1, x.size(-1)}))).value().reshape(both);
}

// x + a sigmoid(b), a and b the halves of ab's last dimension
Tensor gated_sum(const Tensor& x, const Tensor& ab) {
  const int last = x.rank() - 1;
  const Index maps = x.size(last);
  return x + ab.slice(last, 0, maps) * sigmoid(ab.slice(last, maps, 2 * maps));
}

}  // namespace

CachedGatedResidual::CachedGatedResidual(const GatedResidual& block, Index n, Index width)
    : first_(block.first, n, width), second_(block.second, n, width),
      side_(block.side_layer ? std::make_unique<CachedShiftedConv>(*block.side_layer, n, width) : nullptr) {}

Tensor CachedGatedResidual::at(Index y, Index x, const Tensor& in, const Tensor& side) {
  first_.set(y, x, concat_elu_last(in));
  Tensor c = first_.at(y, x);
  if (side_) c = c + side_->pointwise(concat_elu_last(side));
  second_.set(y, x, concat_elu_last(c));
  return gated_sum(in, second_.at(y, x));
}

Tensor CachedGatedResidual::row(Index y, const Tensor& in, const Tensor& side) {
  first_.set_row(y, concat_elu_last(in));
  Tensor c = first_.row(y);
  if (side_) c = c + side_->pointwise(concat_elu_last(side));
  second_.set_row(y, concat_elu_last(c));
  return gated_sum(in, second_.row(y));
}

}  // namespace gradfold
