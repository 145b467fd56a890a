#pragma once
#include "models/image_model.h"

namespace gradfold {

// Images [N, C, H, W] whose upper half is kept (the smaller, of an odd height) and whose lower half the model draws.
Tensor draw_lower_half(ImageModel& model, const Tensor& images, Rng& rng);

// For each image a row for viz/grid.h: the image, then `ways` draws of its lower half. [N * (1 + ways), C, H, W].
Tensor completions(ImageModel& model, const Tensor& images, Index ways, Rng& rng);

}  // namespace gradfold
