#pragma once
#include "nn/cached_masked_conv.h"
#include "nn/gated_masked_conv.h"

namespace gradfold {

// GatedMaskedConv one pixel at a time. Its vertical stack knows the rows above and nothing else, so it runs over a
// whole row when that is begun; the horizontal one runs at each pixel.
class CachedGatedConv {
 public:
  CachedGatedConv(const GatedMaskedConv& layer, Index n, Index width);

  // The condition z [N, condition] of each image: once, before all else, for a layer that has one.
  void given(const Tensor& z);
  // First layer (mask A), where both stacks see the image: pixel (y, x) is in [N, in].
  void set(Index y, Index x, const Tensor& in);
  // Begins row y: the vertical maps in [N, W, in], none in the first layer -> [N, W, maps].
  Tensor begin_row(Index y, const Tensor& in = {});
  // The horizontal maps in [N, in], none in the first layer -> [N, maps].
  Tensor at(Index y, Index x, const Tensor& in = {});

 private:
  CachedMaskedConv vertical_, horizontal_, link_, out_;
  PixelMaps linked_;  // what the row's horizontal maps get from the vertical ones
  Linear *vertical_condition_, *horizontal_condition_;  // null without a condition
  Tensor above_given_, seen_given_;  // what z adds to the sums of the two stacks, [N, 1, 2 maps] and [N, 2 maps]
};

}  // namespace gradfold
