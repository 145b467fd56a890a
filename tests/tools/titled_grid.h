#pragma once
#include "viz/image.h"

namespace gradfold {

// Where a grid (viz/grid.h) begins that may have titles to its left: its top edge is a gap all along.
inline Index left_of_grid(const Image& picture) {
  Index left = 0;
  while (picture.at(left, 0) != picture.at(picture.width() - 1, 0)) ++left;
  return left;
}

}  // namespace gradfold
