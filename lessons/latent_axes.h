#pragma once
#include "models/latent_model.h"
#include "viz/grid.h"

// Which latents of a model change what can be measured of the digits that it draws (models/digit_shape.h).
namespace gradfold {

struct LatentAxis {
  Index latent;
  double strength;  // |correlation| of the latent with the measure that it stands for
};
// Each measure gets a latent of its own, together the strongest.
struct LatentAxes {
  LatentAxis slant, thickness, size;
};
// Of `draws` decoded draws of the model's codes [draws, D]; D is 3 or more.
LatentAxes latent_axes(LatentModel& model, Index draws, Rng& rng);

// A row each for size, slant and thickness: its latent walks in `steps`, all others are 0.
Image axis_walks(LatentModel& model, const LatentAxes& axes, Index steps);

// Codes [N, D] along other axes: two of them turned by 45 degrees. Draws of N(0, 1) stay so, and every point still
// means the same image; only what is called "a latent" changes.
Tensor turned_by_45(const Tensor& codes, Index one, Index other);

}  // namespace gradfold
