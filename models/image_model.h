#pragma once
#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <vector>

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

// A model of images that tells how likely an image is: what `./gf train`, `eval` and `sample` work with.
// Images are [N, C, H, W] with values 0, 1/(levels - 1), ..., 1: 0 and 1 for binary images, v / 255 for bytes.
//
// A model with classes() is a distribution for each class, p(x | class): it is always told the class of each image,
// labels [N] of 0..classes() - 1, or [1] for all. Other models take no labels.
class ImageModel : public Module {
 public:
  // Once before the first training step, with a batch of images: what a model sets of its first weights by looking at
  // data. Most look at none.
  virtual void calibrate(const Tensor&) {}
  // Mean negative log-likelihood of a batch in nats per image: the loss.
  virtual Var nll(const Tensor& x, const Indices& labels = {}) = 0;
  // log p(x), or log p(x | class), of each image in nats, [N]. Works through the images a slice at a time, without a
  // graph.
  virtual Tensor log_prob(const Tensor& x, const Indices& labels = {}) = 0;
  // `shape` [N, C, H, W] new images.
  virtual Tensor sample(const Shape& shape, Rng& rng, const SampleOptions& options = {}) = 0;

  // The sampler that sample() uses when this one is wanted: models may not have them all.
  virtual Sampler sampler_for(Sampler wanted) = 0;

  virtual int levels() const = 0;  // values that a pixel can take
  virtual int channels() const = 0;
  virtual Index classes() const { return 0; }  // 0: it knows none
  // The name under which models/registry.h knows this kind of model: "pixel_cnn".
  virtual std::string name() const = 0;
  // What make_image_model() needs to build this model again: {"maps": 32, ...}; kept in checkpoints.
  virtual ModelConfig config() const = 0;
  // What each of those settings means, in a line by its name: for ./gf help train pixel_cnn.
  virtual std::map<std::string, std::string> config_help() const = 0;
};

// bits/dim = nats per image / (ln 2 * pixels * channels): comparable over image sizes.
double bits_per_dim(double nats_per_image, const Shape& image);

// Sum of p(x), or p(x | label), over all binary images of side x side pixels, side up to 4 (65,536 images): 1 for a
// distribution.
double total_probability(ImageModel& model, Index side, const Indices& label = {});

// The value 0 .. 1 of a pixel on level 0, 1, ..., levels - 1, and the level of a value.
inline Real level_value(Index level, Index levels) { return static_cast<Real>(level) / static_cast<Real>(levels - 1); }
inline Index level_of(Real value, Index levels) { return std::lround(value * static_cast<Real>(levels - 1)); }

// Throws unless x is [N, channels, H, W] and its values are levels 0, 1/(levels - 1), ..., 1.
void check_levels(std::string_view who, const Tensor& x, int channels, int levels);

// A label for each of n images, [n], from labels [n] or [1]; none for a model without classes. Throws if there are too
// many or too few of them, or one is no class.
Indices expand_labels(std::string_view who, const Indices& labels, Index n, Index classes);

}  // namespace gradfold
