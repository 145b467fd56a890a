#pragma once
#include "models/pixel_cnn.h"
#include "viz/image.h"

// What the masks of a PixelCNN let through, drawn.
namespace gradfold {

// Masks of 5x5 of the types A (above) and B, white where a weight may be: of one channel, and of the nine pairs of
// colours, of which red is drawn first and blue last. "R>G": what green sees of red.
Image masks_by_color();

// What the middle pixel of images [1, C, H, W] sees after the first layer, after each block, and in the whole net
// (viz/receptive_field.h).
Image sight_by_layer(PixelCnn& model, const Shape& image, Rng rng);

}  // namespace gradfold
