#pragma once
#include <string>
#include <vector>

#include "tensor/indices.h"
#include "tensor/random.h"
#include "tensor/tensor.h"

namespace gradfold {

// An order in which an image's pixels are drawn: places[k], counted row by row, is drawn k-th. Models draw row by row;
// one that is trained on arrange(images) draws images in this order once they are put back.
struct DrawOrder {
  std::string name;
  Indices places;  // [H * W], each place once

  Tensor arrange(const Tensor& x) const;   // [N, 1, H, W] -> the same, place k holding the pixel that comes k-th
  Tensor put_back(const Tensor& x) const;  // undoes arrange
  // 1 at the place that is drawn first, 2 at the next, ... [height, width]: what viz/pixel_order.h draws.
  Tensor numbers(Index height, Index width) const;
  // x [1, 1, H, W] while it is drawn, after each of `steps` equal parts of its pixels: [steps, 1, H, W], 0.4 at what
  // is not drawn yet.
  Tensor frames(const Tensor& x, Index steps) const;
};

// "rows" (left to right, from the top), "columns" (top to bottom, from the left), and one shuffled, "random".
std::vector<DrawOrder> draw_orders(Index height, Index width, Rng rng);

}  // namespace gradfold
