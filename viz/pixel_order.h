#pragma once
#include <string>

#include "viz/image.h"

namespace gradfold {

struct PixelOrderOptions {
  Index current = 0;       // the number of the pixel that is drawn now; 0: all are drawn
  Index zoom = 40;         // screen pixels per image pixel; the numbers are left out where they do not fit
  std::string title = {};  // above the picture
};

// In which order an image's pixels are drawn. number [H, W]: 1 at the pixel that is drawn first, 2 at the next, ...
//   blue, paler = later   drawn before `current`     orange   `current`     grey   not drawn yet
Image pixel_order(const Tensor& number, const PixelOrderOptions& options = {});

}  // namespace gradfold
