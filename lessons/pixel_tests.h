#pragma once
#include <string>
#include <utility>
#include <vector>

#include "models/autoregressive.h"

// What lesson 2.4 asks of trained models of images.
namespace gradfold {

// The pixels of each image [N, C, H, W] in another order: the same one for all images, which keeps how pixels hang
// together but not where they lie, or one for each image, which keeps nothing but the amount of ink.
Tensor shuffle_pixels(const Tensor& images, bool one_order, Rng& rng);

// Images to hold a likelihood against, by name. "held out" are the digits [N, 1, H, W] of 0 and 1 themselves; of them
// "upside down", "mirrored", "two halves" (the lower half is the next image's), "one shuffle" and "same ink" (pixels
// shuffled in one order, or in each image anew), "half size"; "another hand" are stroke digits drawn with a thin pen
// and leaning left, "blank" eight images without ink.
std::vector<std::pair<std::string, Tensor>> digits_and_not(const Tensor& digits, Rng& rng);

// Where the influence on a pixel comes from: the share of 0, 1, 2, ... rows above it, adding up to 1. Sizes of
// gradients of the model's logits by the images' pixels, for pixels of the row at three quarters of the height, every
// other one of its middle half.
std::vector<double> influence_by_rows(AutoregressiveModel& model, const Tensor& images, Rng& rng);

// The smallest task that needs two pixels `apart` rows from each other (2 or more): two images of 3 columns, alike but
// for a dot, on the left of both first and last row or on the right of both. A full row announces the last one:
//
//   1 0 0     0 0 1
//   0 0 0     0 0 0
//   1 1 1     1 1 1
//   1 0 0     0 0 1
//
// Nobody can know the first row's pixels beforehand: ln 2 nats. The last row's cost nothing more if the model relates
// the two rows, and another ln 2 if it cannot see that far.
Tensor copied_dots(Index apart);
// What the first pixel of the last row costs the model, mean of both images, in nats: 0 .. ln 2 and more.
double nats_of_copy(AutoregressiveModel& model, const Tensor& dots);

}  // namespace gradfold
