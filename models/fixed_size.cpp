#include "models/fixed_size.h"

namespace gradfold {

FixedSizeModel::FixedSizeModel(Index height, Index width, int levels, int channels)
    : AutoregressiveModel(levels, channels), height(height), width(width) {
  require(height >= 1 && width >= 1, "FixedSizeModel", "height is {} and width {}; both must be 1 or more", height,
          width);
}

void FixedSizeModel::check_images(std::string_view name, const Shape& x) const {
  const bool fits = x.rank() == 4 && x[1] == channels() && x[2] >= 1 && x[2] <= height && x[3] == width;
  require(fits, kind(),
          "{} is {} but must be [N, {}, {}, {}]; hint: the model has numbers for each place of an image; make one with "
          "another height and width",
          name, x, channels(), height, width);
}

}  // namespace gradfold
