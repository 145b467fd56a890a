// AutoregressiveModel::sample: three ways to the logits of a pixel, one way to draw from what they say.
#include <algorithm>
#include <cmath>

#include "models/autoregressive.h"

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
    if (u < below) return static_cast<Real>(i) / static_cast<Real>(n - 1);
  }
  return 1;
}

// The net run over the whole image, or over the rows down to the pixel's, for every pixel anew.
class WholeNet : public PixelNet {
 public:
  WholeNet(AutoregressiveModel& model, Tensor canvas, bool cropped)
      : model_(model), canvas_(std::move(canvas)), cropped_(cropped) {}
  void given(const Indices& labels) override { labels_ = labels; }
  void set(Index, Index, const Tensor&) override {}  // it reads the canvas
  Tensor logits(Index y, Index x) override {
    const Tensor seen = cropped_ ? canvas_.slice(2, 0, y + 1).contiguous() : canvas_;
    return model_.logits(seen, labels_).value().select(3, x).select(2, y).contiguous();
  }

 private:
  AutoregressiveModel& model_;
  const Tensor canvas_;
  const bool cropped_;
  Indices labels_;
};

// The images that are being drawn.
struct Canvas {
  Tensor x, known, u;  // [N, C, H, W]; u are the random numbers, one for each pixel

  Index offset(Index image, Index c, Index pixel) const {
    return (image * x.size(1) + c) * x.size(2) * x.size(3) + pixel;
  }
  bool all_known(Index c, Index pixel) const {
    for (Index image = 0; image < x.size(0); ++image)
      if (known.data()[offset(image, c, pixel)] == 0) return false;
    return true;
  }
  Tensor pixel(Index y, Index column) const { return x.select(3, column).select(2, y).contiguous(); }
  // p [N, levels]
  void draw_channel(Index c, Index pixel, std::vector<double> p, Real temperature) {
    const Index levels = static_cast<Index>(p.size()) / x.size(0);
    for (Index image = 0; image < x.size(0); ++image) {
      const Index at = offset(image, c, pixel);
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
  check_shape(kind(), "shape", shape, {"N", channels_, "H", "W"});
  const Indices labels = expand_labels(kind(), options.labels, shape[0], classes());
  require(options.temperature > 0, kind(), "temperature is {} but must be above 0", options.temperature);
  NoGrad guard;
  const Index channels = shape[1], width = shape[3], pixels = shape[2] * width;
  const Tensor& image = options.image;
  const Tensor& known = options.known;
  Canvas canvas{image.defined() ? image.expand(shape).clone() : Tensor::zeros(shape),
                known.defined() ? known.expand(shape).contiguous() : Tensor::zeros(shape), rng.uniform(shape)};
  const Sampler sampler = sampler_for(options.sampler);
  const bool remembers = sampler == Sampler::kCached;
  const std::unique_ptr<PixelNet> net =
      remembers ? cached(shape[0], width)
                : std::make_unique<WholeNet>(*this, canvas.x, sampler == Sampler::kCropped);
  if (classes() > 0) net->given(labels);
  for (Index pixel = 0; pixel < pixels; ++pixel) {
    const Index y = pixel / width, x = pixel % width;
    net->set(y, x, canvas.pixel(y, x));
    for (Index c = 0; c < channels; ++c) {
      const bool given = canvas.all_known(c, pixel);
      // A pixel's last visit, when all but its last channel is known, leaves behind what later pixels need of it.
      if (given && !(remembers && c == channels - 1)) continue;
      const Tensor logits = net->logits(y, x);
      if (given) continue;
      canvas.draw_channel(c, pixel, level_probabilities(logits, canvas.pixel(y, x), c), options.temperature);
      net->set(y, x, canvas.pixel(y, x));
    }
    if (options.progress) options.progress(pixel + 1, pixels);
  }
  return canvas.x;
}

}  // namespace gradfold
