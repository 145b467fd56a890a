#pragma once
#include "tensor/tensor.h"

namespace gradfold {

// A layer one pixel at a time, for N images at once (Ramachandran et al. 2017, "Fast generation for convolutional
// autoregressive models", arXiv 1704.06001). What earlier pixels gave it is kept, so a whole image costs one pass.
// Pixels come row by row from the top left, none is left out, and the same one may come again with other values.
class PixelLayer {
 public:
  virtual ~PixelLayer() = default;
  // in [N, in], the layer's input at pixel (y, x) -> its output there, [N, out].
  virtual Tensor at(Index y, Index x, const Tensor& in) = 0;
};

}  // namespace gradfold
