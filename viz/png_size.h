#pragma once
#include <cstddef>

#include "tensor/tensor.h"

namespace gradfold {

// How many bytes images take as PNG files, at libpng's best: level 9, for each file the smallest of what no filter and
// all filters give, and no more bits a pixel than the levels need (1 for 2, 2 for 4, 4 for 16, 8, or 16).
struct PngSize {
  std::size_t one_each = 0;  // all of a file for each image
  std::size_t column = 0;    // one file of all images, one below the other: one header, and digits beside their like
  std::size_t least() const { return one_each < column ? one_each : column; }
};

// images [N, C, H, W] of `levels` values 0, 1/(levels - 1), ..., 1; C is 1, or 3: then a number takes 8 or 16 bits, for
// PNG knows no less in colour. Nothing is written to the disk.
PngSize png_size(const Tensor& images, Index levels);

}  // namespace gradfold
