#pragma once
#include "lessons/comparison.h"
#include "models/vae.h"

// The smallest VAE there is, whose log p(x) has a formula: two pixels from one latent, no hidden layers, Gaussian
// pixels. (Probabilistic PCA: Tipping and Bishop 1999.)
//
//   z ~ N(0, 1)     x = w z + b + noise, noise ~ N(0, s2)     so x ~ N(b, w w^T + s2 I)
//   p(z | x) = N(w . (x - b) / (s2 + w . w), s2 / (s2 + w . w))
namespace gradfold {

// Its settings.
inline constexpr VaeConfig kLinearVae = {.height = 1, .width = 2, .levels = 256, .latents = 1, .layers = 0,
                                         .likelihood = LikelihoodKind::kGaussian};

// Points [n, 1, 1, 2] of such a model with w = (0.5, -0.3), b = (0.4, 0.6), s2 = 0.2^2.
Tensor points_of_a_line(Index n, Rng& rng);

// What is known of each point, [N]: log p(x), and how far the ELBO is below it: KL(q(z | x) || p(z | x)).
struct KnownBound {
  Tensor log_p, gap;
};
KnownBound known_bound(Vae& linear, const Tensor& points);

// The gap between log p(x) and the ELBO, a mean over points.
struct GapCheck {
  double measured;  // with the ELBO by `draws` draws of z for each point
  double known;     // by the formula
  Lead off;         // how far the ELBO by the formula lies above the one by draws
};
GapCheck check_gap(Vae& linear, const Tensor& points, Index draws, Rng& rng);

// How far the bound by as many draws of z as `draws` says (models/elbo.h, iwae_bound) lies below log p(x): a mean over
// points with its standard error, for each of the growing numbers.
std::vector<Lead> below_log_p(Vae& linear, const Tensor& points, const std::vector<Index>& draws, Rng& rng);

}  // namespace gradfold
