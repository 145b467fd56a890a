#pragma once
#include <string>

#include "autograd/var.h"

// The arithmetic of variational autoencoders: an encoder's distribution over latents z, draws from it, its distance
// from the prior N(0, 1), and the bounds on log p(x) that follow. Everything is in nats, and nothing is averaged: how
// a loss balances its terms is said where it is made.
namespace gradfold {

// q(z | x) = N(mean, exp(log_var)) for each latent by itself; both [N, D].
struct Posterior {
  Var mean, log_var;
};

// z = mean + exp(log_var / 2) * noise with noise [N, D] from N(0, 1): a draw from q through which gradients reach mean
// and log_var (Kingma & Welling 2014, "Auto-encoding variational Bayes", arXiv 1312.6114, section 2.4).
Var reparameterize(const Posterior& q, const Tensor& noise);

enum class KlEstimate {
  kAnalytic,  // KL(q || N(0, 1)) = (mean^2 + exp(log_var) - 1 - log_var) / 2: exact
  // log q(z | x) - log p(z) = (z^2 - noise^2 - log_var) / 2 at the one z that was drawn: right on average, and the only
  // way where an integral has no formula
  kSampled,
};
// KL of each latent, [N, D]; kAnalytic does not look at noise.
Var kl_to_prior(const Posterior& q, const Tensor& noise, KlEstimate how = KlEstimate::kAnalytic);

// KL(q || p) of each latent, [N, D]; both of the same N and D, else an Error.
Var kl(const Posterior& q, const Posterior& p);

// How a loss weighs the KL, in nats per image (a mean over the batch, []):
//   beta KL               1 is the bound itself; above 1 each latent pays for what it says (Higgins et al. 2017)
//   gamma |KL - C|        if gamma > 0: a capacity of C nats, to be used and not exceeded (Burgess et al. 2018,
//                         "Understanding disentangling in beta-VAE", arXiv 1804.03599)
struct KlWeight {
  Real beta = 1;
  Real gamma = 0, capacity = 0;
  Var operator()(const Var& kl) const;
};

// The importance-weighted bound L_K = log mean_k w_k with w_k = p(x, z_k) / q(z_k | x) (Burda, Grosse and Salakhutdinov
// 2016, "Importance weighted autoencoders", arXiv 1509.00519): L_1 is the ELBO, L_K never falls with K on average, and
// it goes to log p(x).   log_weights [N, K] -> [N]
Var iwae_bound(const Var& log_weights);
// The same from many weights, K at a time: the mean of L_K over the groups of K; weights that fill no group are left
// out.   log_weights [N, M], K <= M -> [N]
Tensor iwae_bound(const Tensor& log_weights, Index k);

// Which latents say anything about x: the variance over images of their mean under q is above 0.01 (Burda et al.,
// section 5.2).   means [N, D] of many images -> [D] of 0 and 1
Tensor active_units(const Tensor& means, Real threshold = Real(0.01));

// Posterior collapse in a sentence: `latents` latents whose KL adds up to kl_nats per image, `active` of them active.
// Empty if one is active and they carry 0.1 nats or more.
std::string collapse_warning(double kl_nats, Index latents, double active = 1);

}  // namespace gradfold
