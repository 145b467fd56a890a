#pragma once
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "models/autoregressive.h"
#include "viz/image.h"

// What lesson 2.4 asks of trained models of images; more in copy_task.h, noisy_mixture.h and sampler_race.h.
namespace gradfold {

// The pixels of each image [N, C, H, W] in another order: the same one for all images, which keeps how pixels hang
// together but not where they lie, or one for each image, which keeps nothing but the amount of ink.
Tensor shuffle_pixels(const Tensor& images, bool one_order, Rng& rng);

// Images to hold a likelihood against, by name. "held out" are the digits [N, 1, H, W] of 0 and 1 themselves; of them
// "upside down", "mirrored", "two halves" (the lower half is the next image's), "one shuffle" and "same ink" (pixels
// shuffled in one order, or in each image anew), "half size"; "another hand" are stroke digits drawn with a thin pen
// and leaning left, "blank" eight images without ink.
std::vector<std::pair<std::string, Tensor>> digits_and_not(const Tensor& digits, Rng& rng);

// What a model says of kinds of images, eight or more of each; the first are those that it should find the likeliest.
struct JudgedKinds {
  std::vector<std::string> names;
  std::map<std::string, double> nats;   // per image, the mean of a kind
  std::map<std::string, double> auroc;  // lessons/auroc.h: how surely log p(x) tells the first kind from this one
  Tensor some;                          // the first eight of each
  Image picture() const;                // these, a row for each kind, with its name and its nats
};
JudgedKinds judge_kinds(LikelihoodModel& model, const std::vector<std::pair<std::string, Tensor>>& kinds);

// What pixel (row, col) of each model sees of images of this shape: [H, W] for viz/receptive_field.h, by gradients on
// `draws` random images; and how many pixels these are.
struct PixelsSeen {
  Index row, col;
  std::vector<Tensor> fields = {};
  std::vector<Index> count = {};
  Image picture(const std::vector<std::string>& titles) const;  // all side by side
};
PixelsSeen pixels_seen(const std::vector<AutoregressiveModel*>& models, const Shape& image, Index row, Index col,
                       Rng& rng, int draws);

// In how many of the rows above pixel (row, col) it does not see just a cone of `field` [H, W] (0: not seen): k rows up
// the columns from col - left - k to col + right + k, as far as there are columns.
Index rows_off_cone(const Tensor& field, Index row, Index col, Index left, Index right);

// Where the influence on a pixel comes from: the share of 0, 1, 2, ... rows above it, as far as there is any, adding up
// to 1. Sizes of gradients of the model's logits by the images' pixels, for pixels of the row at three quarters of the
// height, every other one of its middle half.
std::vector<double> influence_by_rows(AutoregressiveModel& model, const Tensor& images, Rng& rng);

}  // namespace gradfold
