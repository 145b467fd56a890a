#pragma once
#include "models/vae.h"

namespace gradfold {

// q(z | x) for each image by itself: from what the encoder says, its mean and log variance go `steps` steps of Adam
// down the image's own -ELBO, while the nets stay as they are (stochastic variational inference; Hoffman et al. 2013).
// An encoder has one rule for all images, and what this gains over it is its amortization gap (Cremer, Li and Duvenaud
// 2018, "Inference suboptimality in variational autoencoders", arXiv 1801.03558); the rest of IWAE's lead over the ELBO
// is that q is a Gaussian of independent latents.
//   x [N, C, H, W] of levels, labels [N] (or [1] for all) if the model has classes
Posterior refine_posterior(Vae& model, const Tensor& x, Index steps, Rng& rng, const Indices& labels = {});

}  // namespace gradfold
