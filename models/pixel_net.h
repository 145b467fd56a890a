#pragma once
#include "tensor/check.h"
#include "tensor/indices.h"
#include "tensor/tensor.h"

namespace gradfold {

// An autoregressive model's net one pixel at a time, for the same N images all along: what a sampler asks.
// The order is that of the pixels, row by row from the top left, and none is left out. At each one set() tells what is
// known of it, again whenever that is more (after a channel has been drawn), and logits() is asked once at least.
class PixelNet {
 public:
  virtual ~PixelNet() = default;
  // The class of each image, [N]: once, before all else, for a model with classes.
  virtual void given(const Indices&) { throw Error("PixelNet", "this net knows no classes"); }
  // pixel [N, C] of levels; a channel that is not drawn yet may have any value.
  virtual void set(Index y, Index x, const Tensor& pixel) = 0;
  // [N, C * K]; a channel's are right once all before it are known.
  virtual Tensor logits(Index y, Index x) = 0;
};

}  // namespace gradfold
