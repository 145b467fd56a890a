#pragma once
#include <cstddef>
#include <vector>

#include "viz/image.h"

namespace gradfold {

// 4x4 images one below the other, by their numbers in every_binary_image(4), and beside each what every one of `tables`
// (models/every_image.h) says of it, in percent: "4.2 / 4.1 / 3.9 %".
Image image_list(const std::vector<std::size_t>& which, const std::vector<std::vector<double>>& tables);

}  // namespace gradfold
