#pragma once
#include "models/likelihood_model.h"
#include "models/pixel_net.h"

namespace gradfold {

// A model that gives every pixel a distribution conditioned on the pixels before it, row by row from the top left;
// in a pixel R, then G, then B:
//
//   p(x) = prod_i p(x_i | x_1, ..., x_i-1)
//
// One pass of the net over a whole image gives all factors at once. What a subclass adds is that net: its forward
// takes x [N, C, H, W] of levels to logits [N, C * K, H, W], with K = 1, the logit of 1, for two levels, and else
// one for each level. Likelihood, training loss and sampling follow from it here. A model with classes() makes its net
// in forward_given.
class AutoregressiveModel : public LikelihoodModel {
 public:
  AutoregressiveModel(int levels, int channels);

  // [N, C * K, H, W] from x [N, C, H, W] of levels: the net.
  Var logits(const Var& x, const Indices& labels = {});
  Var nll(const Tensor& x, const Indices& labels = {}) override;
  Tensor log_prob(const Tensor& x, const Indices& labels = {}) override;
  // log p(x_i | earlier pixels) for each pixel and channel, [N, C, H, W]; they add up to log_prob.
  Tensor log_conditionals(const Tensor& x, const Indices& labels = {});

  // Pixel by pixel in the order above, by options.sampler (models/sampling.cpp). The random number of a pixel depends
  // on its image and place alone, so every sampler gives the same images.
  Tensor sample(const Shape& shape, Rng& rng, const SampleOptions& options = {}) override;
  // The net one pixel at a time, for n images `width` pixels wide, with the weights of this moment; null if the model
  // has no such form.
  virtual std::unique_ptr<PixelNet> cached(Index n, Index width);
  // The probabilities of the levels of channel c at one pixel, [N, levels] one row after another, each adding up to 1:
  // what sampling draws from and compression codes by. `logits` [N, C * K] are the net's at that pixel, `pixel` [N, C]
  // holds its levels 0 .. 1, of which those before channel c are known. Here: the sigmoid of one logit, or the softmax
  // of one for each level; a net that says its distribution in another way overrides it. In double, because what is
  // improbable must not become 0 and 256 small numbers are added up.
  virtual std::vector<double> level_probabilities(const Tensor& logits, const Tensor& pixel, Index c) const;
  // What sample() uses when this one is wanted: cropped for a model without a cached form, naive for one that looks
  // ahead.
  Sampler sampler_for(Sampler wanted);

  // Throws unless this is a shape of images [N, C, H, W] that the model takes; `name` is what the message calls it.
  virtual void check_images(std::string_view name, const Shape& shape) const;

  int levels() const override { return levels_; }
  int channels() const override { return channels_; }

 protected:
  // The net given labels [N], which are classes; none for a model without classes, whose net is forward.
  virtual Var forward_given(const Var& x, const Indices&) { return forward(x); }
  // -log p of each pixel and channel of x, [N, C, H, W], from the net's logits for it. With level_probabilities
  // all that a net overrides which says its distribution in another way.
  virtual Var surprise(const Var& logits, const Tensor& x) const;
  // True if a logit may depend on its own or later pixels; the faster samplers then cannot give what the net says.
  virtual bool looks_ahead() const { return false; }
  Index logits_per_channel() const { return levels_ == 2 ? 1 : levels_; }

 private:
  const int levels_, channels_;
};

}  // namespace gradfold
