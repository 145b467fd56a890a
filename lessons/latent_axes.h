#pragma once
#include <array>

#include "models/latent_model.h"
#include "viz/grid.h"

// Which latents of a model change what can be measured of the digits that it draws (models/digit_shape.h).
namespace gradfold {

enum DigitMeasure : Index { kSlant, kThickness, kSize };  // the columns of digit_shapes()
inline constexpr Index kDigitMeasures = 3;

// Each measure gets a latent of its own, together the strongest.
struct LatentAxes {
  std::array<Index, kDigitMeasures> latent;
  std::array<double, kDigitMeasures> strength;  // |correlation| of the latent with its measure
};
// Of `draws` decoded draws of the model's codes [draws, D]; D is 3 or more.
LatentAxes latent_axes(LatentModel& model, Index draws, Rng& rng);

// A row for each measure, size first: its latent walks, all others are 0.
Image axis_walks(LatentModel& model, const LatentAxes& axes, Index steps);

// Codes [N, D] along other axes: two of them turned by 45 degrees. Draws of N(0, 1) stay so, and every point still
// means the same image; only what is called "a latent" changes.
Tensor turned_by_45(const Tensor& codes, Index one, Index other);

}  // namespace gradfold
