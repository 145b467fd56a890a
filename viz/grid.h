#pragma once
#include <string>
#include <vector>

#include "viz/image.h"

namespace gradfold {

struct GridOptions {
  Index columns = 0;  // 0: as near to a square as it goes
  Index zoom = 3;     // screen pixels per image pixel
  Index gap = 2;      // screen pixels between images and around them
  Color background = {96, 96, 112};
  Index line_below = 0;   // a line across each image below this many of its rows; 0: none
  bool inverted = false;  // dark ink on white paper instead of light on black
  // Short captions (viz/font.h: letters, digits, a few signs); empty for none.
  std::vector<std::string> column_titles = {}, row_titles = {};
};

// Many small images in one picture, row by row. images [N, C, H, W] of 0..1, C = 1 or 3.
Image grid(const Tensor& images, const GridOptions& options = {});

// Pictures of any size side by side, `gap` pixels apart, tops aligned.
Image side_by_side(const std::vector<Image>& pictures, Index gap = 8, Color background = kWhite);

}  // namespace gradfold
