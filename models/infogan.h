#pragma once
#include "nn/batch_norm.h"
#include "nn/linear.h"
#include "nn/sequential.h"
#include "tensor/indices.h"

namespace gradfold {

struct InfoGanConfig {
  Index maps = 64;       // of the generator's last hidden layer and the discriminator's first; twice as many inside
  Index hidden = 1024;   // units of the fully connected layers
  Index code_hidden = 128;  // units of Q's own layer
  Index noise = 62;      // numbers that nobody reads back
  Index categories = 10; // values of the categorical code
  Index continuous = 2;  // continuous codes
  // Weights of the information terms; 0 makes a plain GAN that a Q looks at (see discriminator_loss).
  double lambda = 1, lambda_continuous = 1;
  Index side = 28;       // rows and columns of an image, a multiple of 4
};

// What a generator draws from: noise and the codes that Q has to find in the image again.
struct InfoGanCodes {
  Tensor noise;       // [N, noise], uniform on (-1, 1)
  Indices category;   // [N] of 0 .. categories - 1, all as likely
  Tensor continuous;  // [N, continuous], uniform on (-1, 1)

  Index size() const { return category.numel(); }
};

// InfoGAN (Chen et al. 2016, "InfoGAN: Interpretable Representation Learning by Information Maximizing Generative
// Adversarial Nets", arXiv 1606.03657): a GAN whose generator must leave some of its inputs, the codes c, readable in
// the image. How readable is a lower bound on the mutual information of code and image, with Q(c | x) any guess:
//
//   I(c; G(z, c)) >= E[log Q(c | G(z, c))] + H(c)
//
// Q is a head on the discriminator's trunk. The categorical code is guessed by a softmax, a continuous one by a
// Gaussian of standard deviation 1, so that its part is half a squared error and a constant: not nats of information.
//
//   generator      [noise, one-hot category, continuous] - linear - 7x7 maps - transposed convolutions - sigmoid
//   discriminator  convolution, convolution, linear (the trunk); D: one logit; Q: a hidden layer, then the codes
//
// Batch normalization everywhere but in the discriminator's first layer and the two ends. Differs from the paper in
// the weights' first values, which are PyTorch's default instead of N(0, 0.02^2).
class InfoGan : public Module {
 public:
  explicit InfoGan(InfoGanConfig config = {});
  InfoGan(InfoGanConfig config, Rng& rng) : InfoGan(config) { reset_parameters(rng); }

  InfoGanCodes draw_codes(Index n, Rng& rng) const;
  // The images of these codes, [N, 1, side, side] in 0..1.
  Var generate(const InfoGanCodes& codes);

  // What the discriminator says of images.
  struct Reading {
    Var real;      // [N, 1] logits of "from the data, not from the generator"
    Var category;  // [N, categories] logits
    Var mean;      // [N, continuous]
  };
  Reading read(const Var& images);

  // -log D(x) - log(1 - D(drawn)) + lambda * information_loss(drawn), each a mean over the batch, in nats. `drawn` are
  // the images of `codes`, as constants. With lambda = 0 (both) Q still learns to read the codes, from the trunk as it
  // stands: neither trunk nor generator feels it. Such a Q says how much of a code a plain GAN's image happens to hold.
  //
  // Throws when the first two have been next to nothing for hundreds of steps: then the generator, whose gradient
  // vanishes with them, learns nothing more.
  Var discriminator_loss(const Tensor& x, const Tensor& drawn, const InfoGanCodes& codes);
  // -log D(drawn) + lambda * information_loss(drawn): the non-saturating loss (Goodfellow et al. 2014).
  Var generator_loss(const Var& drawn, const InfoGanCodes& codes);
  // -log Q(c | x), mean over the batch, in nats; each code's part times its lambda (or, with `plain`, times 1).
  Var information_loss(const Reading& reading, const InfoGanCodes& codes, bool plain = false) const;

  const InfoGanConfig settings;
  Sequential& generator;
  Sequential& trunk;
  Linear& real_head;
  Sequential& code_head;

  // The parameters that each of the two losses may change.
  std::vector<Var> generator_parameters() const;
  std::vector<Var> discriminator_parameters() const;
  // While `on`, the discriminator's and Q's parameters are constants: for the generator's step.
  void freeze_discriminator(bool on);

 private:
  Reading read(const Var& images, bool information_reaches_trunk);
  void watch(double adversarial_loss);
  double watched_;  // moving average of the discriminator's adversarial loss
};

}  // namespace gradfold
