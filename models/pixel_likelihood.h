#pragma once
#include "nn/module.h"
#include "tensor/random.h"

namespace gradfold {

enum class LikelihoodKind {
  kBernoulli = 0,        // 0 or 1: one logit a pixel
  kGaussian = 1,         // a density over real values: a mean a pixel, and one variance for all, learned
  kCategorical = 2,      // a logit for each level
  kLogisticMixture = 3,  // nn/logistic_mixture.h: levels that know their neighbours
};

struct PixelLikelihoodOptions {
  LikelihoodKind kind = LikelihoodKind::kBernoulli;
  int levels = 2;      // values 0, 1/(levels - 1), ..., 1 of a pixel; 2 for kBernoulli, 0 (any) for kGaussian alone
  int channels = 1;
  Index mixture = 10;  // components of kLogisticMixture
};

// p(x | z) of images whose pixels are independent once z is known: what a decoder's numbers [N, P, H, W], P for each
// pixel, say about x [N, C, H, W]. (The channels of a pixel are independent too, but in a logistic mixture.)
//   log_var [1] of kGaussian: log of the variance of all pixels (Rybkin, Daniilidis and Levine 2021, "Simple and
//   effective VAE training with calibrated decoders", arXiv 2006.13202)
class PixelLikelihood : public Module {
 public:
  explicit PixelLikelihood(PixelLikelihoodOptions options = {});

  const PixelLikelihoodOptions options;
  Var log_var;  // undefined but for kGaussian

  // P, numbers for each pixel.
  Index numbers() const;
  // -log p(x | z) of each image, a sum over its pixels, in nats: [N]. Of a Gaussian it is that of a density in units of
  // a pixel's range, below 0 where it is sharp, and no coding length.
  Var nll(const Var& numbers, const Tensor& x) const;
  // What each pixel is on average, [N, C, H, W] of 0..1: the picture to look at. With a graph where a pixel has one
  // number (kBernoulli, kGaussian), else a constant.
  Var mean(const Var& numbers) const;
  // Pixels drawn, [N, C, H, W] of levels; a Gaussian's are rounded to the nearest, if there are any.
  Tensor sample(const Tensor& numbers, Rng& rng) const;

 private:
  void check_numbers(const Shape& numbers) const;
  Tensor from_level_probabilities(const Tensor& numbers, Rng* rng) const;
};

}  // namespace gradfold
