#pragma once
#include "tensor/tensor.h"

// What can be measured of a digit without knowing how it was made, or by whom: to ask whether a latent code turns it.
namespace gradfold {

// All are 0 for an image without ink.
struct DigitShape {
  // Lean in degrees, positive to the right: the shear that makes the ink's x and y uncorrelated, from second moments.
  // An upright 7 leans too, so compare digits of one class, or take off what the class measures upright.
  double slant = 0;
  // Width of the stroke in pixels: twice the distance from the middle of the stroke (its skeleton: where the distance
  // to the paper stops growing) to the paper; the mean of the middle half of all such places, so that neither crossings
  // nor tips count.
  double thickness = 0;
  // Longer side of the box around the ink, over 5/7 of the image's side: 1 is MNIST's 20 of 28 pixels.
  double size = 0;
};

// image [1, H, W] or [H, W], 0 paper to 1 ink.
DigitShape digit_shape(const Tensor& image);
// images [N, 1, H, W] -> [N, 3]: slant, thickness, size.
Tensor digit_shapes(const Tensor& images);
inline constexpr const char* kDigitShapeNames[] = {"slant", "thickness", "size"};

}  // namespace gradfold
