#pragma once
#include <string>
#include <utility>

#include "models/image_model.h"

namespace gradfold {

// A model that turns images x [N, C, H, W] of one size into codes z [N, D] and codes into images: an autoencoder, a
// VAE, a GAN that can tell its code from an image. A subclass gives the two nets, encoded and decoded; slicing,
// sampling and walks through the codes follow from them here.
class LatentModel : public ImageModel {
 public:
  LatentModel(int levels, int channels, Index height, Index width);

  virtual Index code_size() const = 0;  // D
  // The nets, x [N, C, H, W] -> z [N, D] and z -> grey values 0..1, with a graph. labels are [N] classes, none for a
  // model without.
  virtual Var encoded(const Var& x, const Indices& labels) = 0;
  virtual Var decoded(const Var& z, const Indices& labels) = 0;
  // z of each image; of a net that gives a distribution, its mean. Some images at a time, without a graph.
  Tensor encode(const Tensor& x, const Indices& labels = {});
  // The image of each code, grey values 0..1: of a distribution, its mean.
  Tensor decode(const Tensor& z, const Indices& labels = {});
  Tensor reconstruct(const Tensor& x, const Indices& labels = {}) { return decode(encode(x, labels), labels); }
  // Codes [n, D] as the model expects them: a prior's draws, or what stands in for a prior.
  virtual Tensor draw_codes(Index n, Rng& rng) = 0;
  // Decoded draw_codes().
  Tensor sample(const Shape& shape, Rng& rng, const SampleOptions& options = {}) override;

  // How many ways there are to walk: one for each number of the code, unless several belong together.
  virtual Index latents() const { return code_size(); }
  // What a picture calls it: "latent 1" is the first.
  virtual std::string latent_name(Index latent) const { return fmt::format("latent {}", latent + 1); }
  // Codes [steps, D], like z [1, D] but for one latent, which goes from one end of what is usual to the other.
  virtual Tensor walk(const Tensor& z, Index latent, Index steps);
  // Between which values nearly all codes lie: here those of a standard normal.
  virtual std::pair<Real, Real> range(Index) const { return {Real(-2.5), Real(2.5)}; }
  // How each latent of the codes z [N, D] goes with what was measured of their images, [N, K]: Pearson's correlations
  // [latents, K], NaN of a latent whose values have no order.
  virtual Tensor latent_correlations(const Tensor& z, const Tensor& measures) const;

  // Throws unless this is a shape of images [N, C, height, width]; `name` is what the message calls it.
  void check_images(std::string_view name, const Shape& shape) const;
  int levels() const override { return levels_; }
  int channels() const override { return channels_; }

  const Index height, width;

 private:
  const int levels_, channels_;
};

}  // namespace gradfold
