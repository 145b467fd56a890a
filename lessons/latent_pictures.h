#pragma once
#include "models/latent_model.h"
#include "viz/chart.h"

// What the codes of a model mean, as images in rows for viz/grid.h.
namespace gradfold {

// x [N, C, H, W], then what the model makes of it: [2N, C, H, W], for N columns.
Tensor reconstructions(LatentModel& model, const Tensor& x, const Indices& labels = {});
// A row for each latent: the code z [1, D] with that latent going from end to end in `steps`, the others as they are.
// [latents * steps, C, H, W]; labels [1] for a model with classes.
Tensor traversals(LatentModel& model, const Tensor& z, Index steps, const Indices& labels = {});
// A row for each pair: the straight line from code a [N, D] to code b [N, D] in `steps`, ends included.
// [N * steps, C, H, W]; labels [N] or [1] for a model with classes.
Tensor interpolations(LatentModel& model, const Tensor& a, const Tensor& b, Index steps, const Indices& labels = {});
// What the plane of the codes decodes to, for codes of two numbers, the first from left to right, the second from the
// bottom up: [steps * steps, C, H, W].
Tensor latent_map(LatentModel& model, Index steps, const Indices& labels = {});

// What each latent says about an image, nats [D] of KL: as bars, the largest first, every fifth numbered.
Chart latents_by_kl(const Tensor& nats);

}  // namespace gradfold
