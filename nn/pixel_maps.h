#pragma once
#include "tensor/tensor.h"

namespace gradfold {

// What a layer remembers of its maps while an image is made pixel by pixel: the newest rows, row y of which takes the
// place of row y - rows. Left and right of them stand `margin` more columns, so that a window around any pixel of a row
// is one run of memory:
//
//   [rows, N, margin + width + margin, C]
//
// Before anything is set, and for ever in the margins and above the image, all pixels are `edge` [C], or 0 without it.
class PixelMaps {
 public:
  PixelMaps() = default;
  PixelMaps(Index rows, Index n, Index width, Index channels, Index margin, const Tensor& edge = {});

  // values [N, C] at pixel (y, x), and back.
  void set(Index y, Index x, const Tensor& values);
  Tensor get(Index y, Index x) const;
  // A whole row, [N, W, C].
  void set_row(Index y, const Tensor& values) { row(y).copy_from(values); }

  // The first image's first channel of pixel (y, x), -margin <= x < width + margin. The pixels after it follow at once,
  // the next image image_step() further on.
  const Real* from(Index y, Index x) const { return data_.data() + offset(y, x); }
  Index image_step() const { return data_.size(2) * data_.size(3); }
  Index images() const { return data_.size(1); }
  Index channels() const { return data_.size(3); }

 private:
  Index slot(Index y) const { return (y + data_.size(0)) % data_.size(0); }
  Index offset(Index y, Index x) const {
    return slot(y) * data_.size(1) * image_step() + (x + margin_) * data_.size(3);
  }
  Tensor row(Index y) const { return data_.select(0, slot(y)).slice(1, margin_, data_.size(2) - margin_); }

  Tensor data_;
  Index margin_ = 0;
};

}  // namespace gradfold
