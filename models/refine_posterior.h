#pragma once
#include "models/vae.h"

namespace gradfold {

// q(z | x) for each image by itself: `steps` steps from q on, each along the natural gradient of the image's own -ELBO,
// while the nets stay as they are. For a Gaussian of independent latents the natural gradient needs no matrix: the mean
// moves by its gradient times the variance, 1 / variance grows by twice the gradient with respect to the variance
// (Hoffman et al. 2013, "Stochastic variational inference"; Khan and Nielsen 2018, "Fast yet simple natural-gradient
// descent for variational inference in complex models", arXiv 1807.04489, section 3).
//
// An encoder has one rule for all images, and what this gains over it is its amortization gap (Cremer, Li and Duvenaud
// 2018, "Inference suboptimality in variational autoencoders", arXiv 1801.03558); the rest of IWAE's lead over the ELBO
// is that q is a Gaussian of independent latents.
//
// A step takes each latent one standard deviation to one side of the mean, which side is drawn, and to the other. All
// images have the same draws, so that with the rng given what comes out is a function of q and the image alone; nets
// that learn from it want others in every training step, because they would learn what is odd in one set of draws.
//   q of x [N, C, H, W] of levels, labels [N] (or [1] for all) if the model has classes; beta: weight of the KL
Posterior refine_posterior(Vae& model, const Posterior& q, const Tensor& x, Index steps, Rng rng,
                           const Indices& labels = {}, Real beta = 1);

}  // namespace gradfold
