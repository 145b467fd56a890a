#pragma once
#include <functional>

#include "models/autoregressive.h"

namespace gradfold {

// Channel c of pixel (y, x) in all N images.
struct PixelPlace {
  Index y, x, c;
};

// What a walk over the pixels does at each place.
struct PixelVisitor {
  // p [N, levels], the place's distributions given what stands in the canvas before it, one row after another:
  // puts the values there.
  std::function<void(const PixelPlace& place, std::vector<double>& p)> visit;
  // True where the canvas holds the values already: nothing is asked about them. Unset: nowhere.
  std::function<bool(const PixelPlace& place)> given = {};
  // Called after each pixel with the number done and the number of all.
  std::function<void(Index, Index)> progress = {};
};

// Takes the N images of `canvas` [N, C, H, W] from the first pixel to the last, channel by channel, all images
// together: how they are drawn (models/sampling.cpp), and how they are coded (models/compression.h). The net sees
// the canvas, the visitor fills it. `labels` [N] for a model with classes.
void walk_pixels(AutoregressiveModel& model, const Tensor& canvas, const Indices& labels, Sampler sampler,
                 const PixelVisitor& visitor);

}  // namespace gradfold
