#include "models/pixel_likelihood.h"

#include <algorithm>
#include <cmath>

#include "autograd/mode.h"
#include "autograd/ops.h"
#include "models/levels.h"
#include "nn/logistic_mixture.h"
#include "nn/losses.h"

namespace gradfold {
namespace {

// A variance of 0.1^2 to begin with.
constexpr Real kFirstLogVar = Real(-4.6);

LogisticMixture mixture_of(const PixelLikelihoodOptions& o) {
  return {.components = o.mixture, .levels = o.levels, .channels = o.channels};
}

// The level whose share of [0, 1) u falls into.
Index drawn_level(const double* p, Index levels, double u) {
  for (Index level = 0; level < levels - 1; ++level)
    if ((u -= p[level]) < 0) return level;
  return levels - 1;
}

double mean_level(const double* p, Index levels) {
  double mean = 0;
  for (Index level = 0; level < levels; ++level) mean += p[level] * static_cast<double>(level);
  return mean;
}

const PixelLikelihoodOptions& checked(const PixelLikelihoodOptions& o) {
  const bool any_level = o.kind == LikelihoodKind::kGaussian && o.levels == 0;
  require(o.channels >= 1 && (o.levels >= 2 || any_level) && o.mixture >= 1, "PixelLikelihood",
          "channels is {}, levels {} and mixture {}; there must be 1 channel, 2 levels and 1 component at least",
          o.channels, o.levels, o.mixture);
  require(o.kind != LikelihoodKind::kBernoulli || o.levels == 2, "PixelLikelihood",
          "levels is {} but a Bernoulli likelihood knows 0 and 1 alone; hint: choose another likelihood, or binarize",
          o.levels);
  return o;
}

}  // namespace

PixelLikelihood::PixelLikelihood(PixelLikelihoodOptions o) : options(checked(o)) {
  if (o.kind == LikelihoodKind::kGaussian) log_var = param("log_var", {1}, init::constant(kFirstLogVar));
}

Index PixelLikelihood::numbers() const {
  switch (options.kind) {
    case LikelihoodKind::kBernoulli:
    case LikelihoodKind::kGaussian: return options.channels;
    case LikelihoodKind::kCategorical: return options.channels * options.levels;
    case LikelihoodKind::kLogisticMixture: break;
  }
  return mixture_of(options).parameters();
}

void PixelLikelihood::check_numbers(const Shape& shape) const {
  check_shape("PixelLikelihood", "numbers", shape, {"N", numbers(), "H", "W"});
}

Var PixelLikelihood::nll(const Var& numbers, const Tensor& x) const {
  check_numbers(numbers.shape());
  const Index n = numbers.size(0), h = numbers.size(2), w = numbers.size(3), channels = options.channels;
  check_shape("PixelLikelihood", "x", x.shape(), {n, channels, h, w});
  Var pixels;
  switch (options.kind) {
    case LikelihoodKind::kBernoulli: pixels = bce_with_logits(numbers, x, Reduction::kNone); break;
    case LikelihoodKind::kGaussian:
      pixels = gaussian_nll(numbers, expand(reshape(log_var, {1, 1, 1, 1}), x.shape()), x, Reduction::kNone);
      break;
    case LikelihoodKind::kCategorical:
      pixels = cross_entropy(reshape(numbers, {n * channels, options.levels, h, w}), level_numbers(x, options.levels),
                             Reduction::kNone);
      break;
    case LikelihoodKind::kLogisticMixture: pixels = mixture_of(options).nll(numbers, x, Reduction::kNone); break;
  }
  return sum(reshape(pixels, {n, channels * h * w}), {1});
}

Var PixelLikelihood::mean(const Var& numbers) const {
  check_numbers(numbers.shape());
  if (options.kind == LikelihoodKind::kBernoulli) return sigmoid(numbers);
  if (options.kind == LikelihoodKind::kGaussian) return clamp(numbers, 0, 1);
  return from_level_probabilities(numbers.value(), nullptr);
}

Tensor PixelLikelihood::sample(const Tensor& numbers, Rng& rng) const {
  check_numbers(numbers.shape());
  if (options.kind == LikelihoodKind::kBernoulli) return rng.bernoulli(sigmoid(numbers));
  if (options.kind == LikelihoodKind::kGaussian) {
    const Tensor noise = rng.normal(numbers.shape(), 0, std::exp(log_var.value().item() / 2));
    const Tensor grey = clamp(numbers + noise, 0, 1);
    return options.levels == 0 ? grey : to_nearest_level(grey, options.levels);
  }
  return from_level_probabilities(numbers, &rng);
}

// Pixel by pixel, channel after channel: means, or draws if there is an rng.
Tensor PixelLikelihood::from_level_probabilities(const Tensor& numbers, Rng* rng) const {
  const Index n = numbers.size(0), h = numbers.size(2), w = numbers.size(3), levels = options.levels;
  const Index channels = options.channels, pixels = h * w;
  Tensor out({n, channels, h, w});
  for (Index image = 0; image < n; ++image) {  // one at a time: 256 levels of a double take memory
    const Tensor rows = numbers.select(0, image).reshape({numbers.size(1), pixels}).transpose(0, 1).contiguous();
    Tensor pixel = Tensor::zeros({pixels, channels});
    const Tensor u = rng ? rng->uniform({channels, pixels}) : Tensor();
    for (Index c = 0; c < channels; ++c) {
      std::vector<double> p;
      if (options.kind == LikelihoodKind::kLogisticMixture) {
        p = mixture_of(options).level_probabilities(rows, pixel, c);
      } else {
        const Tensor share = softmax(rows.slice(1, c * levels, (c + 1) * levels).contiguous(), 1);
        p.assign(share.data(), share.data() + share.numel());
      }
      for (Index i = 0; i < pixels; ++i) {
        const double* q = p.data() + i * levels;
        const double level = rng ? static_cast<double>(drawn_level(q, levels, static_cast<double>(u.at({c, i}))))
                                 : mean_level(q, levels);
        const Real value = static_cast<Real>(level / static_cast<double>(levels - 1));
        pixel.data()[i * channels + c] = value;
        out.data()[(image * channels + c) * pixels + i] = value;
      }
    }
  }
  return out;
}

}  // namespace gradfold
