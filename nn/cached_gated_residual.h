#pragma once
#include "nn/cached_shifted_conv.h"
#include "nn/gated_residual.h"

namespace gradfold {

// GatedResidual one pixel, or one row, at a time; without dropout.
class CachedGatedResidual {
 public:
  CachedGatedResidual(const GatedResidual& block, Index n, Index width);

  // in [N, maps], side [N, side] -> [N, maps]
  Tensor at(Index y, Index x, const Tensor& in, const Tensor& side = {});
  // in [N, W, maps], side [N, W, side] -> [N, W, maps]
  Tensor row(Index y, const Tensor& in, const Tensor& side = {});

 private:
  CachedShiftedConv first_, second_;
  std::unique_ptr<CachedShiftedConv> side_;
};

}  // namespace gradfold
