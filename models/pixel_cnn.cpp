#include "models/pixel_cnn.h"

#include <cmath>

#include "autograd/ops.h"
#include "nn/losses.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"

namespace gradfold {
namespace {

MaskedConvOptions groups(const PixelCnnConfig& c) { return {.groups = c.channels}; }
MaskType mask(const PixelCnnConfig& c, MaskType type) { return c.masked ? type : MaskType::kNone; }

// x + 1x1 to 2h (relu (3x3 (relu (1x1 to h (relu x)))))
struct PixelCnnBlock : Module {
  explicit PixelCnnBlock(const PixelCnnConfig& c)
      : reduce(child<MaskedConv2d>("reduce", mask(c, MaskType::kB), 2 * c.maps, c.maps, 1, groups(c))),
        conv(child<MaskedConv2d>("conv", mask(c, MaskType::kB), c.maps, c.maps, 3, groups(c))),
        expand(child<MaskedConv2d>("expand", mask(c, MaskType::kB), c.maps, 2 * c.maps, 1, groups(c))) {}

  MaskedConv2d &reduce, &conv, &expand;

  // x + expand(relu(conv(relu(reduce(relu(x)))))), as one op: most of a training step is spent here.
  Var forward(const Var& x) override {
    return bottleneck(x, {reduce.seen_weight(), reduce.bias}, {conv.seen_weight(), conv.bias},
                      {expand.seen_weight(), expand.bias}, conv.taps);
  }
};

const PixelCnnConfig& checked(const PixelCnnConfig& c) {
  require(c.maps > 0 && c.blocks >= 0, "PixelCnn",
          "maps is {} and blocks {}; there must be 1 map or more and 0 blocks or more", c.maps, c.blocks);
  require(c.levels >= 2 && c.levels <= 65536, "PixelCnn", "levels is {} but must be 2 (binary) .. 65536",
          c.levels);
  require(
      c.channels >= 1 && c.maps % c.channels == 0, "PixelCnn",
      "{} maps cannot be split into {} equal groups, one for each channel; hint: for RGB use a multiple of 3",
      c.maps, c.channels);
  return c;
}

Index logits_per_channel(const PixelCnnConfig& c) { return c.levels == 2 ? 1 : c.levels; }

// Levels as class numbers, [N * C, H, W].
Indices level_numbers(const Tensor& x, int levels) {
  const Tensor rows = x.contiguous();
  Indices out(Shape{x.size(0) * x.size(1), x.size(2), x.size(3)});
  for (Index i = 0; i < out.numel(); ++i)
    out[i] = static_cast<std::int32_t>(std::lround(rows.data()[i] * (levels - 1)));
  return out;
}

// Draws a value 0..1 from one logit, or from the K logits `stride` apart, by inverting the distribution
// function at u in [0, 1).
Real draw(const Real* logits, Index k, Index stride, Real temperature, Real u) {
  if (k == 1) return u < 1 / (1 + std::exp(-static_cast<double>(logits[0]) / temperature)) ? 1 : 0;
  double top = logits[0], total = 0;
  for (Index i = 1; i < k; ++i) top = std::max<double>(top, logits[i * stride]);
  const auto weight = [&](Index i) { return std::exp((logits[i * stride] - top) / temperature); };
  for (Index i = 0; i < k; ++i) total += weight(i);
  double below = 0;
  for (Index i = 0; i < k - 1; ++i) {
    below += weight(i);
    if (u * total < below) return static_cast<Real>(i) / static_cast<Real>(k - 1);
  }
  return 1;
}

}  // namespace

PixelCnn::PixelCnn(PixelCnnConfig config)
    : settings(checked(config)),
      input_(child<MaskedConv2d>("input", mask(config, MaskType::kA), config.channels, 2 * config.maps, 7,
                                 groups(config))),
      blocks_(child<Sequential>("blocks")),
      hidden_(child<MaskedConv2d>("hidden", mask(config, MaskType::kB), 2 * config.maps, config.maps, 1,
                                  MaskedConvOptions{.groups = config.channels, .relu = true})),
      output_(child<MaskedConv2d>("output", mask(config, MaskType::kB), config.maps,
                                  config.channels * logits_per_channel(config), 1, groups(config))) {
  for (Index i = 0; i < config.blocks; ++i) blocks_.add<PixelCnnBlock>(config);
}

Var PixelCnn::forward(const Var& x) {
  check_shape("PixelCnn", "x", x.shape(), {"N", settings.channels, "H", "W"});
  return output_(hidden_(relu(trunk(x, settings.blocks))));
}

Var PixelCnn::trunk(const Var& x, Index blocks) {
  Var maps = input_(x * Real{2} - Real{1});
  for (Index i = 0; i < blocks; ++i) maps = blocks_[static_cast<std::size_t>(i)](maps);
  return maps;
}

Var PixelCnn::nll(const Tensor& x) {
  check_levels("PixelCnn", x, settings.channels, settings.levels);
  const Var logits = (*this)(x);
  if (settings.levels == 2) return bce_with_logits(logits, x, Reduction::kBatchMean);
  const Indices targets = level_numbers(x, settings.levels);
  return cross_entropy(reshape(logits, Shape{x.size(0) * x.size(1), settings.levels, x.size(2), x.size(3)}),
                       targets, Reduction::kSum) /
         static_cast<Real>(x.size(0));
}

Tensor PixelCnn::log_conditionals(const Tensor& x) {
  check_levels("PixelCnn", x, settings.channels, settings.levels);
  NoGrad guard;
  const Tensor logits = (*this)(x).value();
  if (settings.levels == 2) return log_sigmoid(where(x, logits, -logits));
  const Indices targets = level_numbers(x, settings.levels);
  return -cross_entropy(logits.reshape(Shape{x.size(0) * x.size(1), settings.levels, x.size(2), x.size(3)}),
                        targets, Reduction::kNone)
              .value()
              .reshape(x.shape());
}

Tensor PixelCnn::log_prob(const Tensor& x) {
  check_shape("PixelCnn", "x", x.shape(), {"N", settings.channels, "H", "W"});
  constexpr Index kPixelsAtOnce = 1 << 16;  // bounds the memory of a slice's maps
  const Index slice = std::max<Index>(1, kPixelsAtOnce / std::max<Index>(1, x.size(2) * x.size(3)));
  Tensor out(Shape{x.size(0)});
  for (Index from = 0; from < x.size(0); from += slice) {
    const Index to = std::min(from + slice, x.size(0));
    const Tensor part = log_conditionals(x.slice(0, from, to).contiguous());
    out.slice(0, from, to).copy_from(sum(part, {1, 2, 3}));
  }
  return out;
}

Tensor PixelCnn::sample(const Shape& shape, Rng& rng, const SampleOptions& options) {
  check_shape("PixelCnn", "shape", shape, {"N", settings.channels, "H", "W"});
  require(options.temperature > 0, "PixelCnn", "temperature is {} but must be above 0", options.temperature);
  NoGrad guard;
  const Index n = shape[0], channels = shape[1], height = shape[2], width = shape[3];
  const Index k = logits_per_channel(settings), plane = height * width;
  const Tensor u = rng.uniform(shape);
  Tensor x = options.image.defined() ? options.image.expand(shape).clone() : Tensor::zeros(shape);
  const Tensor known =
      options.known.defined() ? options.known.expand(shape).contiguous() : Tensor::zeros(shape);
  for (Index pixel = 0; pixel < plane; ++pixel) {
    for (Index c = 0; c < channels; ++c) {
      const auto at = [&](Index image) { return (image * channels + c) * plane + pixel; };
      bool all_known = true;
      for (Index image = 0; image < n; ++image) all_known = all_known && known.data()[at(image)] != 0;
      if (all_known) continue;
      const Tensor logits = (*this)(x).value();
      for (Index image = 0; image < n; ++image) {
        if (known.data()[at(image)] != 0) continue;
        const Real* l = logits.data() + (image * channels + c) * k * plane + pixel;
        x.data()[at(image)] = draw(l, k, plane, options.temperature, u.data()[at(image)]);
      }
    }
    if (options.progress) options.progress(pixel + 1, plane);
  }
  return x;
}

ModelConfig PixelCnn::config() const {
  return {{"maps", settings.maps},
          {"blocks", settings.blocks},
          {"levels", settings.levels},
          {"channels", settings.channels},
          {"masked", settings.masked}};
}

std::map<std::string, std::string> PixelCnn::config_help() const {
  return {{"maps", "feature maps inside a residual block; the trunk between blocks carries twice as many"},
          {"blocks", "residual blocks; a pixel sees 3 + blocks rows up and columns to the sides"},
          {"levels", "values of a pixel: 2 for black and white, 256 for all greys"},
          {"channels", "1 for grey images, 3 for red, green and blue (maps must be a multiple of it)"},
          {"masked", "0: ordinary convolutions, which see the pixel they predict; no model of anything (lesson 2.3)"}};
}

}  // namespace gradfold
