#pragma once
#include "models/latent_model.h"
#include "nn/linear.h"
#include "nn/sequential.h"

namespace gradfold {

struct InfoGanConfig {
  Index maps = 64;          // of the generator's last hidden layer and the discriminator's first; twice as many inside
  Index hidden = 1024;      // units of the fully connected layers
  Index code_hidden = 128;  // units of Q's own layer
  Index noise = 62;         // numbers that nobody reads back
  Index categories = 10;    // values of the categorical code
  Index continuous = 2;     // continuous codes
  // Weights of the information terms, in hundredths. Both 0: a plain GAN that a Q looks at (see discriminator_loss).
  Index lambda = 100, lambda_continuous = 100;
  // Of each further continuous code, in hundredths of the one before. Below 100 the first code takes what changes an
  // image most, as in PCA; with equal weights any mixture of two codes is as readable as the two.
  Index lambda_ratio = 100;
  // Standard deviation of the noise on every image that discriminator and Q are shown in training, in hundredths.
  Index image_noise = 0;
  // Weight of invariance_loss, in hundredths; 0 is the paper's InfoGAN: discriminator_loss sees no changed images.
  Index invariance = 0;
  // Training steps through which the continuous codes' weight grows from 0. Codes that find their meaning before the
  // categories have become classes find another one in each category.
  Index warm_up = 0;
  Index discriminator_rate = 20;  // its learning rate, in hundredths of the generator's, which is the run's
  Index side = 28;                // rows and columns of an image, a multiple of 4
};

// The settings that `./gf train infogan` begins with: a net of 0.44 million parameters, where the paper's has 13
// million, whose categories are asked to survive small changes of a drawing.
InfoGanConfig slim_infogan();

// What a generator draws from: noise, and the codes that Q has to find in the image again.
struct InfoGanCodes {
  Indices category;   // [N] of 0 .. categories - 1, all as likely
  Tensor continuous;  // [N, continuous], uniform on (-1, 1)
  Tensor noise;       // [N, noise], uniform on (-1, 1)

  Index size() const { return category.numel(); }
};

// InfoGAN (Chen et al. 2016, "InfoGAN: Interpretable Representation Learning by Information Maximizing Generative
// Adversarial Nets", arXiv 1606.03657): a GAN whose generator must leave some of its inputs, the codes c, readable in
// the image. How readable they are is a lower bound on the mutual information, with any guess Q(c | x):
//
//   I(c; G(z, c)) >= E[log Q(c | G(z, c))] + H(c)
//
// Q is a head on the discriminator's trunk. The categorical code is guessed by a softmax, a continuous one by a
// Gaussian of standard deviation 1, so that its part is half a squared error and a constant: not nats of information.
//
//   generator      [one-hot category, continuous, noise] - linear - linear to maps of side / 4 - two transposed
//                  convolutions - sigmoid
//   discriminator  convolution, convolution, linear (the trunk); D: one logit; Q: a hidden layer, then the codes
//
// Batch normalization everywhere but in the discriminator's first layer and the ends. Differs from the paper in the
// weights' first values, which are PyTorch's default instead of N(0, 0.02^2), and in what `invariance`, `warm_up` and
// `image_noise` add where they are not 0.
//
// As a LatentModel its code [N, D] is the generator's input; what is encoded of an image is Q's reading of it, with
// noise of 0, so that a reconstruction is an image of the same codes, not the same image. Its latents are the codes:
// the category first, then the continuous ones.
class InfoGan : public LatentModel {
 public:
  explicit InfoGan(InfoGanConfig config = {});
  InfoGan(InfoGanConfig config, Rng& rng) : InfoGan(config) { reset_parameters(rng); }

  InfoGanCodes draw(Index n, Rng& rng) const;
  // The generator's input, [N, categories + continuous + noise].
  Tensor input(const InfoGanCodes& codes) const;
  // The images of these codes, [N, 1, side, side] in 0..1.
  Var generate(const InfoGanCodes& codes) { return decoded(input(codes)); }

  // What the discriminator says of images.
  struct Reading {
    Var real;      // [N, 1] logits of "from the data, not from the generator"
    Var category;  // [N, categories] logits
    Var mean;      // [N, continuous]
  };
  Reading read(const Var& images) { return read(images, true); }

  // Images as discriminator and Q are shown them in training: with noise of settings.image_noise. Without it Q reads
  // the codes from traces that nobody sees, which the generator leaves for it; through noise only a code that turns
  // much of the image is readable. It also keeps the discriminator from telling images apart by single pixels
  // (Sonderby et al. 2017, "Amortised MAP Inference for Image Super-resolution", arXiv 1610.04490, section 3.2).
  Var shown(const Var& images, Rng& rng) const;

  // -log D(x) - log(1 - D(drawn)) + lambda * information_loss(drawn), each a mean over the batch, in nats. `drawn` are
  // the images of `codes`, as constants; both as shown. With both lambdas 0 Q still learns to read the codes, from the
  // trunk as it stands: neither trunk nor generator feels it. Such a Q says how much of a code a plain GAN's image
  // happens to hold.
  //
  // Throws when the first two terms have been next to nothing for some hundred steps: then the generator, whose
  // gradient vanishes with them, learns nothing more.
  //
  // With `changed`, both drawn a little differently (data/warp.h), as shown: + invariance * invariance_loss of x; and
  // of the codes only the first continuous one is read off `drawn`, the others off its changed images. So what such
  // changes change, slant above all, is left to the first.
  struct Changed {
    Tensor x, drawn;
  };
  Var discriminator_loss(const Tensor& x, const Tensor& drawn, const InfoGanCodes& codes, const Changed& changed = {});
  // -log D(drawn) + lambda * information_loss(drawn): the non-saturating loss (Goodfellow et al. 2014).
  Var generator_loss(const Var& drawn, const InfoGanCodes& codes);
  // -log Q(c | x), mean over the batch, in nats; each code's part times its lambda (in training, a continuous one's as
  // far as it is warmed up), or with `plain` times 1.
  Var information_loss(const Reading& reading, const InfoGanCodes& codes, bool plain = false) const;
  // What the category of an image and that of the same image drawn a little differently do not say about each other,
  // in nats: log(categories) - I(category; category') over the pairs of a batch, logits [N, categories] each; and
  // twice log(categories) - H(category), how unevenly the categories are used. Nothing in the paper's losses says what
  // a category should be, as long as it is readable: slanted ones against upright ones will do. A class is what small
  // changes leave alone. The first part is equation 3 of Ji et al. 2019, "Invariant Information Clustering" (arXiv
  // 1807.06653); asking for such an agreement of an InfoGAN's Q on real images follows Ojha et al. 2020,
  // "Elastic-InfoGAN" (arXiv 1910.01112).
  Var invariance_loss(const Var& category, const Var& of_changed) const;
  // The lower bound on I(category; image) over these images of known codes, in nats: at most log(categories).
  double information(const Tensor& drawn, const InfoGanCodes& codes);
  // The category that Q finds likeliest in each image, [N]. Without a graph, in slices.
  Indices categories_of(const Tensor& images);

  // The parameters that each of the two losses may change.
  std::vector<Var> generator_parameters() const { return generator.parameters(); }
  std::vector<Var> discriminator_parameters() const;
  // While `on`, the discriminator's and Q's parameters are constants for what is computed: for the generator's loss.
  void freeze_discriminator(bool on);

  Var encoded(const Var& x, const Indices& labels = {}) override;
  Var decoded(const Var& z, const Indices& labels = {}) override;
  Tensor draw_codes(Index n, Rng& rng) override { return input(draw(n, rng)); }
  Index code_size() const override { return settings.categories + settings.continuous + settings.noise; }
  Index latents() const override { return 1 + settings.continuous; }
  std::string latent_name(Index latent) const override {
    return latent == 0 ? "category" : fmt::format("code {}", latent);
  }
  Tensor walk(const Tensor& z, Index latent, Index steps) override;
  std::pair<Real, Real> range(Index) const override { return {Real(-1), Real(1)}; }
  // Of the continuous codes among images of one category, whose values have no order.
  Tensor latent_correlations(const Tensor& z, const Tensor& measures) const override;

  // "discriminator" and "generator", with Adam's beta1 of 0.5.
  std::vector<Objective> objectives() override;
  // With labels, code_error: how often an image's category stands for another class, after matching categories and
  // classes one to one (models/hungarian.h). Then of drawn images: unread_nats, H(category) - information_nats, which
  // is the bound; and, with two or more continuous codes, slant_correlation and thickness_correlation, each with the
  // code that has it, among images of one category.
  Figures evaluate(const Tensor& x, const Indices& labels, Rng& rng, const EvaluateOptions& options = {}) override;
  std::string warning(const Figures& held_out) const override;  // of categories read with absurd certainty, and wrongly
  bool judged_by_labels() const override { return true; }
  Index least_batch() const override { return 2; }  // BatchNorm
  std::string name() const override { return "infogan"; }
  ModelConfig config() const override;
  std::map<std::string, std::string> config_help() const override;

  const InfoGanConfig settings;
  Sequential& generator;
  Sequential& trunk;
  Linear& real_head;
  Sequential& code_head;

 private:
  bool informed() const { return settings.lambda > 0 || settings.lambda_continuous > 0; }
  Reading read(const Var& images, bool information_reaches_trunk);
  void watch(double adversarial_loss);
  Real warmth() const;  // 0 to 1: the share of their weight that the continuous codes have by now
  double watched_;      // moving average of the discriminator's adversarial loss; begins anew in a resumed run
  Tensor& steps_;       // [1] training steps so far: calls of discriminator_loss
};

// Which of the continuous codes turns which measure of the images that it is drawn into (models/digit_shape.h).
struct CodeMeaning {
  Index slant_code, thickness_code;  // two different ones, together the strongest
  double slant, thickness;           // their correlations, among images of one category
  Tensor all;                        // [continuous, 3] every code with slant, thickness and size
};
// codes of two or more continuous numbers, and the images [N, 1, H, W] that were drawn from them.
CodeMeaning code_meaning(const InfoGanCodes& codes, const Tensor& images, Index categories);

}  // namespace gradfold
