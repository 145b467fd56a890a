#pragma once
#include "tensor/random.h"
#include "tensor/tensor.h"

namespace gradfold {

// How far an image may be turned, leant, resized and moved: each a uniform draw between minus and plus this.
struct AffineOptions {
  double rotation = 20;  // degrees
  double slant = 30;     // degrees, a shear
  double scale = 0.25;   // log of the factor, drawn for rows and for columns
  double shift = 2;      // pixels, drawn for rows and for columns
};

// images [N, C, H, W] -> the same shape: each image under an affine map of its own about its middle, bilinearly
// interpolated, 0 (paper) beyond its edge. Simard et al. 2003, "Best practices for convolutional neural networks".
Tensor random_affine(const Tensor& images, Rng& rng, const AffineOptions& options = {});

// images [N, C, H, W] -> the same shape: each moved by whole pixels, at most `pixels` of them up or down and as many
// left or right, every such move equally likely; 0 (paper) comes in at the edge. Black and white stays black and white.
// 0 <= pixels < H and W.
Tensor random_shift(const Tensor& images, Rng& rng, Index pixels);

}  // namespace gradfold
