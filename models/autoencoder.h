#pragma once
#include "models/latent_model.h"
#include "nn/sequential.h"

namespace gradfold {

struct AutoencoderConfig {
  Index code = 32;     // numbers of the code; 0: as wide as the image, and so are the layers before it: no bottleneck
  Index hidden = 512;  // units of the outer hidden layer, half as many of the inner; 0: none, code and image meet
  Index maps = 0;      // above 0: convolutional, with so many maps in the outer layer, twice as many in the inner
  bool linear = false; // no hidden layers and no nonlinearity: PCA, found by gradient descent
  bool tied = false;   // the decoder's weights are the encoder's, transposed
  // Denoising: the encoder is given damaged images (data/corrupt.h). In hundredths: Gaussian noise of this standard
  // deviation, this share of pixels set to 0, this share set to 0 or 1.
  Index gaussian = 0, masking = 0, salt_and_pepper = 0;
  int channels = 1;
  Index height = 28, width = 28;

  bool denoises() const { return gaussian > 0 || masking > 0 || salt_and_pepper > 0; }
};

// Autoencoder (Hinton & Salakhutdinov 2006, "Reducing the dimensionality of data with neural networks"): two nets that
// meet in a code of few numbers, trained to give back what they were given.
//
//   z = encoder(x), y = decoder(z)          loss = mean over images and pixels of (y - x)^2
//
//   dense          x -> hidden -> hidden / 2 -> z and the same way back; ReLU between, sigmoid at the end
//   convolutional  x -> 4x4, stride 2, to `maps` -> 4x4, stride 2, to 2 maps -> z, and back by transposed convolutions
//
// Denoising (Vincent et al. 2010): z = encoder(damaged x), the loss still asks for the clean x.
//
// The loss is a mean, not a sum: a learning rate means the same for images of any size. Codes have no distribution of
// their own; for sample() the model keeps mean and covariance of those it saw in training and draws from a Gaussian
// with these, which is what one gets, not what an autoencoder was made for.
class Autoencoder : public LatentModel {
 public:
  explicit Autoencoder(AutoencoderConfig config = {});
  Autoencoder(AutoencoderConfig config, Rng& rng) : Autoencoder(config) { reset_parameters(rng); }

  Var encoded(const Var& x, const Indices& labels = {}) override;
  // Of a linear autoencoder the values may lie outside 0..1.
  Var decoded(const Var& z, const Indices& labels = {}) override;
  // y [N, C, H, W] from x.
  Var forward(const Var& x) override { return decoded(encoded(x)); }
  // x as the encoder is given it in training: damaged, if this model denoises.
  Tensor corrupted(const Tensor& x, Rng& rng) const;
  // The squared error per pixel between x and what comes back of corrupted(x). In training mode the codes' mean and
  // covariance follow.
  Var loss(const Tensor& x, Rng& rng);
  // The same with damage that is at hand: `damaged` goes in, x is asked for.
  Var loss(const Tensor& damaged, const Tensor& x);

  std::vector<Objective> objectives() override;  // "reconstruction", of all parameters
  // mse, per pixel, as in the loss; psnr_db, and for a denoiser that of its damaged input, corrupted_psnr_db.
  Figures evaluate(const Tensor& x, const Indices& labels, Rng& rng, const EvaluateOptions& options = {}) override;
  Tensor draw_codes(Index n, Rng& rng) override;
  std::pair<Real, Real> range(Index latent) const override;

  Index code_size() const override { return code_; }
  std::string name() const override { return "autoencoder"; }
  ModelConfig config() const override;
  std::map<std::string, std::string> config_help() const override;

  const AutoencoderConfig settings;

 private:
  void make_dense();
  void make_convolutional();
  void follow_codes(const Tensor& z);

  const Index code_;
  Sequential& encoder_;
  Sequential& decoder_;
  // Of the codes seen in training: moving averages over some hundred batches.
  Tensor& batches_;          // [1] how many there were
  Tensor& code_mean_;        // [D]
  Tensor& code_covariance_;  // [D, D]
};

}  // namespace gradfold
