#pragma once
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/levels.h"
#include "nn/module.h"
#include "tensor/indices.h"

namespace gradfold {

// Settings of a model by name, all whole numbers (0 and 1 for no and yes).
using ModelConfig = std::map<std::string, Index>;

// How often a model that draws pixel by pixel runs its net: all three give the same images.
enum class Sampler {
  kNaive,    // over the whole image for every pixel
  kCropped,  // for every pixel, over the rows down to the one that is drawn
  kCached,   // once in all: layers keep what later pixels need of earlier ones
};
std::string_view sampler_name(Sampler sampler);  // "naive", "cropped", "cached"

// How samples are drawn.
struct SampleOptions {
  Sampler sampler = Sampler::kCached;
  // Below 1 the likelier values become likelier still: p^(1/temperature), normalised.
  Real temperature = 1;
  // The classes to draw, [N], or [1] for all images; for a model with classes, and only for one.
  Indices labels = {};
  // Completion. `image` [N, C, H, W] is what stands on the canvas before the first pixel is drawn (zeros if
  // undefined); `known`, broadcast to it, is 1 where a pixel is given and stays, 0 where it is drawn.
  Tensor image = {};
  Tensor known = {};
  // Called after each pixel with the number done and the number of all: for a progress bar, or to stop by
  // throwing.
  std::function<void(Index, Index)> progress = {};
};

// The levels() of a model whose pixels may have any value from 0 to 1.
constexpr int kGrey = 0;

// What one training step lessens, by one Adam of its own. Most models have one objective; a GAN has two, which take
// turns within the step.
struct Objective {
  std::string name;             // "nll", "generator"
  std::string unit;             // of the loss, for people: "nats"; may be empty
  std::vector<Var> parameters;  // what it trains; gradients that the loss gives others are dropped
  // The loss of a batch, one number. Whatever it draws comes from the Rng, so that a resumed run draws the same.
  std::function<Var(const Tensor& x, const Indices& labels, Rng& rng)> loss;
  double lr_factor = 1, beta1 = 0.9, beta2 = 0.999;  // Adam's: times the run's learning rate, and its two decays
};

// What was measured on images: the mean over them, or one number of them all.
struct Figure {
  std::string name;  // its key in JSON: "nll_nats"
  std::string unit;  // for people, after the number: "nats per image"
  double value;
  std::optional<double> standard_error = std::nullopt;  // of a mean over images
  bool higher_is_better = false;
};
using Figures = std::vector<Figure>;
// The mean of values [N], one for each image, with its standard error.
Figure mean_figure(std::string name, std::string unit, const Tensor& values);
// "79.66 nats per image (+- 0.20)"
std::string to_text(const Figure& figure);

struct EvaluateOptions {
  // K of the importance-weighted bound, for models with latent variables; 0 leaves it out, as during training.
  Index importance_samples = 0;
  // Steps by which a VAE's posterior of each image is refined (models/refine_posterior.h), to tell what the encoder
  // costs; 0 leaves it out.
  Index refine_steps = 0;
  // Called after each slice of images with the number done and the number of all; may throw to stop.
  std::function<void(Index, Index)> progress = {};
};
// f(from, to) for some of n images at a time, so that what a net keeps of them stays small.
void for_slices(Index n, const EvaluateOptions& options, const std::function<void(Index, Index)>& f);

// A model of images: what `./gf train`, `eval` and `sample` work with. What it is beyond that says its class:
// LikelihoodModel (models/likelihood_model.h) tells how likely an image is, LatentModel (models/latent_model.h) turns
// images into codes and back.
//
// Images are [N, C, H, W] with values 0, 1/(levels - 1), ..., 1: 0 and 1 for binary images, v / 255 for bytes; or of
// any value 0..1 for a model with levels() == kGrey.
//
// A model with classes() is a distribution for each class, p(x | class): it is always told the class of each image,
// labels [N] of 0..classes() - 1, or [1] for all. Other models take no labels.
class ImageModel : public Module {
 public:
  // Once before the first training step, with a batch of images: what a model sets of its first weights by looking at
  // data. Most look at none.
  virtual void calibrate(const Tensor&) {}
  // What one training step does, in this order. They refer to the model and last as long as it does.
  virtual std::vector<Objective> objectives() = 0;
  // Images without which a training step cannot be: normalising by the batch's own spread takes two.
  virtual Index least_batch() const { return 1; }
  // What is reported of images x. The first figure is the one that training is about, and is to be low. rng is for
  // what a model draws in order to measure. Without a graph.
  virtual Figures evaluate(const Tensor& x, const Indices& labels, Rng& rng, const EvaluateOptions& options = {}) = 0;
  // What is wrong with the training that led to these figures of held-out images, in a sentence; empty if nothing is.
  virtual std::string warning(const Figures&) const { return {}; }
  // `shape` [N, C, H, W] new images. What of the options a model has no use for it refuses.
  virtual Tensor sample(const Shape& shape, Rng& rng, const SampleOptions& options = {}) = 0;

  // Whether evaluate() has a use for labels although the model knows no classes: to judge what it found without them.
  virtual bool judged_by_labels() const { return false; }

  virtual int levels() const = 0;  // values that a pixel can take, or kGrey
  virtual int channels() const = 0;
  virtual Index classes() const { return 0; }  // 0: it knows none
  // The name under which models/registry.h knows this kind of model: "pixel_cnn".
  virtual std::string name() const = 0;
  // What make_image_model() needs to build this model again: {"maps": 32, ...}; kept in checkpoints.
  virtual ModelConfig config() const = 0;
  // What each of those settings means, in a line by its name: for ./gf help train pixel_cnn.
  virtual std::map<std::string, std::string> config_help() const = 0;
};

// Throws unless x is [N, channels, H, W] and its values are levels 0, 1/(levels - 1), ..., 1; for kGrey anything 0..1.
void check_levels(std::string_view who, const Tensor& x, int channels, int levels);

// A label for each of n images, [n], from labels [n] or [1]; none for a model without classes. Throws if there are too
// many or too few of them, or one is no class.
Indices expand_labels(std::string_view who, const Indices& labels, Index n, Index classes);

}  // namespace gradfold
