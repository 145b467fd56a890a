#pragma once
#include "models/image_model.h"

namespace gradfold {

// A model that tells how likely an image is. Its one objective is the negative log-likelihood, and so is its figure.
class LikelihoodModel : public ImageModel {
 public:
  // Mean negative log-likelihood of a batch in nats per image: the loss.
  virtual Var nll(const Tensor& x, const Indices& labels = {}) = 0;
  // log p(x), or log p(x | class), of each image in nats, [N]. Works through the images a slice at a time, without a
  // graph.
  virtual Tensor log_prob(const Tensor& x, const Indices& labels = {}) = 0;

  std::vector<Objective> objectives() override;  // "nll", of all parameters
  // nll_nats and bits_per_dim.
  Figures evaluate(const Tensor& x, const Indices& labels, Rng& rng, const EvaluateOptions& options = {}) override;
  // Images that cost far more than under even odds for every level of a pixel.
  std::string warning(const Figures& held_out) const override;
};

// -log p(x), the mean over images x [N, C, H, W]: nats per image.
double nats_per_image(LikelihoodModel& model, const Tensor& x);

// bits/dim = nats per image / (ln 2 * pixels * channels): comparable over image sizes.
double bits_per_dim(double nats_per_image, const Shape& image);

// Sum of p(x), or p(x | label), over all binary images of side x side pixels, side up to 4 (65,536 images): 1 for a
// distribution.
double total_probability(LikelihoodModel& model, Index side, const Indices& label = {});

}  // namespace gradfold
