#pragma once
#include "lessons/correlation_table.h"
#include "models/latent_model.h"
#include "viz/grid.h"

// Which latents of a model change what can be measured of the digits that it draws (models/digit_shape.h).
namespace gradfold {

// Correlations of each latent with slant, thickness and size of the images that `draws` draws of the model's codes
// decode to: [latents, 3], as LatentModel::latent_correlations has them. labels [1] for a model with classes.
Tensor latents_with_shapes(LatentModel& model, Index draws, Rng& rng, const Indices& labels = {});
// As rows of a table, each with its name after `before`.
std::vector<CorrelationRow> latent_rows(const LatentModel& model, const Tensor& with_shapes,
                                        const std::string& before = {});

struct LatentAxis {
  Index latent;
  double strength;  // |correlation| of the latent with the measure that it stands for
};
// Each measure gets a latent of its own, together the strongest.
struct LatentAxes {
  LatentAxis slant, thickness, size;
  Tensor all;  // [D, 3] every latent with slant, thickness and size, signed
};
// Of `draws` decoded draws of the model's codes [draws, D], D is 3 or more; a latent is a number of the code.
LatentAxes latent_axes(LatentModel& model, Index draws, Rng& rng);

// A row each for size, slant and thickness: its latent walks in `steps`, all others are 0. Named by the correlation.
Image axis_walks(LatentModel& model, const LatentAxes& axes, Index steps);

// Codes [N, D] along other axes: two of them turned by 45 degrees. Draws of N(0, 1) stay so, and every point still
// means the same image; only what is called "a latent" changes.
Tensor turned_by_45(const Tensor& codes, Index one, Index other);

}  // namespace gradfold
