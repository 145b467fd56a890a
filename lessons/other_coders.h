#pragma once
#include <cstddef>
#include <optional>

#include "tensor/tensor.h"

namespace gradfold {

// How small images get without a model of them, each coder at its best.
struct OtherCoders {
  std::optional<std::size_t> png;          // viz/png_size.h, the smaller way; only for 1 or 3 channels
  std::size_t gzip = 0;                    // gzip -9 of a byte a value (two above 256 levels), in the order of memory
  std::optional<std::size_t> gzip_packed;  // of eight values a byte: for two levels
};

// images [N, C, H, W] of `levels` values 0, 1/(levels - 1), ..., 1.
OtherCoders other_coders(const Tensor& images, Index levels);

}  // namespace gradfold
