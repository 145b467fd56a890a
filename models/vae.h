#pragma once
#include "models/latent_model.h"
#include "models/pixel_likelihood.h"
#include "models/vae_nets.h"

namespace gradfold {

struct VaeConfig {
  Index height = 28, width = 28;  // of every image
  int levels = 2, channels = 1;  // levels: 0 (any grey) for a Gaussian likelihood alone
  Index classes = 0;   // > 0: conditional, p(x | class)
  Index latents = 20;  // D
  // The nets (models/vae_nets.h): an MLP of `layers` layers of `hidden` units, or convolutional if maps > 0.
  Index hidden = 400, layers = 1;
  Index maps = 0, halvings = 3, blocks = 1, dense = 0;
  Index dropout = 0;  // percent
  LikelihoodKind likelihood = LikelihoodKind::kBernoulli;
  Index mixture = 10;  // components of a logistic mixture
  // The training objective: the ELBO with the KL weighed so, or, if importance > 1, the bound of as many importance
  // samples, which knows no weight.
  KlWeight kl = {};
  Index importance = 1;
  // The KL's weight grows along a line from 0 through the first `warm_up` training steps (Bowman et al. 2016; Sonderby
  // et al. 2016), and a capacity does.
  Index warm_up = 0;
  // A semi-amortized VAE if > 0: from what the encoder says, the posterior of each image goes so many steps of its own
  // (models/refine_posterior.h), wherever a posterior is asked for. In training the decoder learns by the refined
  // posteriors, the encoder to say at once what they have come to. For the ELBO as it is: beta 1, gamma 0,
  // importance 1; and without dropout.
  Index refine = 0;
};

// Variational autoencoder (Kingma & Welling 2014, arXiv 1312.6114): latents z ~ N(0, 1), pixels drawn by a decoder
// p(x | z), and an encoder q(z | x) that says which z an image may have come from.
//
//   log p(x) >= ELBO = E_q [log p(x | z)] - KL(q(z | x) || p(z))          nats per image
//
// With classes it is the conditional VAE (Sohn, Lee and Yan 2015): both nets are told the class, the prior is not. With
// kl.beta != 1 it is trained as a beta-VAE; what elbo() and iwae() say is always the bound itself.
//
// With refine > 0 it is a semi-amortized VAE (Kim et al. 2018, "Semi-amortized variational autoencoders", arXiv
// 1802.02550) without gradients through the refining: the decoder learns by what was refined, as in Krishnan, Liang and
// Hoffman 2018 ("On the challenges of learning with inference networks on sparse, high-dimensional data", arXiv
// 1710.06085), the encoder by KL(encoder || refined).
class Vae : public LatentModel {
 public:
  explicit Vae(VaeConfig config = {});
  Vae(VaeConfig config, Rng& rng) : Vae(config) { reset_parameters(rng); }

  // q(z | x).   x [N, C, H, W] of levels, labels [N] (or [1] for all) if the model has classes
  Posterior encoder_posterior(const Var& x, const Indices& labels = {});  // as the encoder says
  Posterior posterior(const Var& x, const Indices& labels = {});          // refined if it is to be; a constant then
  // What the decoder says of each pixel, [N, P, H, W] (models/pixel_likelihood.h).   z [N, D]
  Var pixel_numbers(const Var& z, const Indices& labels = {});

  // The two parts of the ELBO of each image at one draw of z; -ELBO = reconstruction + the sum of kl over latents.
  struct Elbo {
    Var reconstruction;  // -log p(x | z), [N]
    Var kl;              // of each latent, [N, D]
    Var negative() const;  // -ELBO, [N]
  };
  // noise [N, D] from N(0, 1) makes z from q.
  Elbo elbo(const Tensor& x, const Tensor& noise, const Indices& labels = {},
            KlEstimate how = KlEstimate::kAnalytic);
  // The same for a q that the encoder did not make (models/refine_posterior.h).
  Elbo elbo(const Posterior& q, const Tensor& x, const Tensor& noise, const Indices& labels = {},
            KlEstimate how = KlEstimate::kAnalytic);
  // log w_k = log p(x, z_k) - log q(z_k | x), [N, K], from noise [N, K, D].
  Var log_weights(const Tensor& x, const Tensor& noise, const Indices& labels = {});

  // The loss of a batch: what the settings name, a mean over the images, in nats. noise is [N, D], or [N, K, D] with
  // K = importance; with an rng it is drawn, and in training a step is counted, for warm_up.
  Var loss(const Tensor& x, const Tensor& noise, const Indices& labels = {});
  Var loss(const Tensor& x, const Indices& labels, Rng& rng);

  // -log p(x) is at most this, by one draw of z for each image: reconstruction [N] and kl [N, D]. Without a graph, a
  // slice of the images at a time.
  struct ElboParts {
    Tensor reconstruction, kl;
    double nats() const;  // -ELBO, mean over the images
  };
  ElboParts elbo_parts(const Tensor& x, Rng& rng, const Indices& labels = {},
                       KlEstimate how = KlEstimate::kAnalytic);
  // k log-weights of each image, [N, k]: models/elbo.h makes bounds of them. Without a graph, in slices of draws; image
  // i's draws depend on i and rng alone.
  Tensor log_weights(const Tensor& x, Index k, Rng& rng, const Indices& labels = {});
  Tensor log_weights(const Posterior& q, const Tensor& x, Index k, Rng& rng, const Indices& labels = {});  // by this q
  // L_k of each image, [N]: the estimate of log p(x) by k importance samples.
  Tensor iwae(const Tensor& x, Index k, Rng& rng, const Indices& labels = {});

  // n images of p(x): z from the prior, then every pixel drawn (sample() gives what pixels are on average). labels [n],
  // or [1] for all, if the model has classes.
  Tensor draw(Index n, Rng& rng, const Indices& labels = {});

  // The mean of q(z | x), and the mean of p(x | z).
  Var encoded(const Var& x, const Indices& labels = {}) override { return posterior(x, labels).mean; }
  Var decoded(const Var& z, const Indices& labels = {}) override;
  Index code_size() const override { return settings.latents; }
  Tensor draw_codes(Index n, Rng& rng) override { return rng.normal({n, settings.latents}); }

  std::vector<Objective> objectives() override;  // "loss", of all parameters
  // elbo_nats (-ELBO, whatever the loss weighs) and its parts reconstruction_nats and kl_nats, active_units, and with
  // options.importance_samples iwae_nats, with options.refine_steps refined_elbo_nats, with settings.refine
  // encoder_elbo_nats.
  Figures evaluate(const Tensor& x, const Indices& labels, Rng& rng, const EvaluateOptions& options = {}) override;
  std::string warning(const Figures& held_out) const override;  // of posterior collapse

  Index classes() const override { return settings.classes; }
  std::string name() const override { return "vae"; }
  ModelConfig config() const override;
  std::map<std::string, std::string> config_help() const override;

  const VaeConfig settings;
  PixelLikelihood& likelihood;

 private:
  Indices classes_of(const Indices& labels, Index n) const;
  Var reconstruction(const Tensor& x, const Var& z, const Indices& labels);
  KlWeight weight_now();
  Var refined_loss(const Tensor& x, const Tensor& noise, const Indices& labels);

  Rng dropout_rng_, refine_rng_;  // each training step's
  VaeEncoder& encoder_;
  VaeDecoder& decoder_;
  Tensor& steps_;  // [1] training steps so far
};

}  // namespace gradfold
