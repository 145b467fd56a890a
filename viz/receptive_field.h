#pragma once
#include <string>
#include <vector>

#include "viz/image.h"

namespace gradfold {

struct ReceptiveFieldOptions {
  Index zoom = 8;             // screen pixels per image pixel
  std::string title = {};     // above the picture
  bool legend = true;         // what the colours mean, below the picture
  bool self_allowed = false;  // the pixel may see itself (a type-B layer); else that is a leak too
};

// Which input pixels an output pixel depends on. magnitudes [H, W]: 0 where it does not, else how strongly
// (the picture shows the logarithm). Pixels are ordered row by row, so that before (row, col) is the past:
//   blue, darker = stronger   past, seen          white   past, not seen (a blind spot)
//   grey                      future, not seen    red     future, seen: a leak
//   orange frame              the pixel itself
Image receptive_field(const Tensor& magnitudes, Index row, Index col, const ReceptiveFieldOptions& options = {});

// Several maps of one pixel side by side (for example after each layer), with their titles and one legend.
Image receptive_fields(const std::vector<Tensor>& magnitudes, const std::vector<std::string>& titles, Index row,
                       Index col, const ReceptiveFieldOptions& options = {});

}  // namespace gradfold
