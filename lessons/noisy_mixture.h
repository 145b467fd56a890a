#pragma once
#include "models/image_model.h"

// A model of binary images that is p(x) in `share` of the cases and draws noise in all others, each pixel 0 or 1 with
// equal chance (Theis, van den Oord & Bethge 2016, "A note on the evaluation of generative models", section 3.2):
//
//   q(x) = share p(x) + (1 - share) 2^-pixels
//
// log q(x) is never below log p(x) - log(1 / share), however few of its samples are of p.
namespace gradfold {

// log p(x) - log q(x) of the image that loses most, in nats, from log p(x) of images of so many pixels.
double most_lost_to_noise(const Tensor& log_p, Index pixels, double share);

struct NoisySamples {
  Tensor images;  // of the shape asked for
  Index noise;    // how many of them are
};
// Draws of q, where `model` is p.
NoisySamples sample_noisy(ImageModel& model, const Shape& shape, double share, Rng rng);

}  // namespace gradfold
