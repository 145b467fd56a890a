// AutoregressiveModel::sample: draws from what the walk over the pixels finds out about each.
#include <algorithm>
#include <cmath>

#include "models/pixel_walk.h"

namespace gradfold {
namespace {

// p^(1/temperature) of each of n levels, normalised; relative to the largest, so that a low temperature leaves it 1.
void sharpen(double* p, Index n, double temperature) {
  const double top = *std::max_element(p, p + n);
  double total = 0;
  for (Index i = 0; i < n; ++i) total += p[i] = std::pow(p[i] / top, 1 / temperature);
  for (Index i = 0; i < n; ++i) p[i] /= total;
}

// Draws a value 0..1 from the probabilities of n levels by inverting the distribution function at u in [0, 1); of two
// levels a small u draws the upper one.
Real draw(const double* p, Index n, Real u) {
  if (n == 2) return u < p[1] ? 1 : 0;
  double below = 0;
  for (Index i = 0; i < n - 1; ++i) {
    below += p[i];
    if (u < below) return level_value(i, n);
  }
  return 1;
}

// The images that are being drawn.
struct Canvas {
  Tensor x, known, u;  // [N, C, H, W]; u are the random numbers, one for each pixel

  Index offset(Index image, const PixelPlace& at) const {
    return ((image * x.size(1) + at.c) * x.size(2) + at.y) * x.size(3) + at.x;
  }
  bool all_known(const PixelPlace& place) const {
    for (Index image = 0; image < x.size(0); ++image)
      if (known.data()[offset(image, place)] == 0) return false;
    return true;
  }
  // p [N, levels]
  void draw_at(const PixelPlace& place, std::vector<double>& p, Real temperature) {
    const Index levels = static_cast<Index>(p.size()) / x.size(0);
    for (Index image = 0; image < x.size(0); ++image) {
      const Index at = offset(image, place);
      if (known.data()[at] != 0) continue;
      double* row = p.data() + image * levels;
      if (temperature != 1) sharpen(row, levels, temperature);
      x.data()[at] = draw(row, levels, u.data()[at]);
    }
  }
};

}  // namespace

std::string_view sampler_name(Sampler sampler) {
  return sampler == Sampler::kNaive ? "naive" : sampler == Sampler::kCropped ? "cropped" : "cached";
}

std::unique_ptr<PixelNet> AutoregressiveModel::cached(Index, Index) { return nullptr; }

Sampler AutoregressiveModel::sampler_for(Sampler wanted) {
  if (looks_ahead()) return Sampler::kNaive;
  return wanted == Sampler::kCached && !cached(1, 1) ? Sampler::kCropped : wanted;
}

Tensor AutoregressiveModel::sample(const Shape& shape, Rng& rng, const SampleOptions& options) {
  check_images("shape", shape);
  const Indices labels = expand_labels(kind(), options.labels, shape[0], classes());
  require(options.temperature > 0, kind(), "temperature is {} but must be above 0", options.temperature);
  const Tensor& image = options.image;
  const Tensor& known = options.known;
  Canvas canvas{image.defined() ? image.expand(shape).clone() : Tensor::zeros(shape),
                known.defined() ? known.expand(shape).contiguous() : Tensor::zeros(shape), rng.uniform(shape)};
  walk_pixels(*this, canvas.x, labels, sampler_for(options.sampler),
              {.visit = [&](const PixelPlace& place,
                            std::vector<double>& p) { canvas.draw_at(place, p, options.temperature); },
               .given = [&](const PixelPlace& place) { return canvas.all_known(place); },
               .progress = options.progress});
  return canvas.x;
}

}  // namespace gradfold
