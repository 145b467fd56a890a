#include "models/gated_pixel_cnn.h"

#include <fmt/core.h>

#include "autograd/ops.h"
#include "nn/cached_gated_conv.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"

namespace gradfold {
namespace {

const GatedPixelCnnConfig& checked(const GatedPixelCnnConfig& c) {
  require(c.maps > 0 && c.layers >= 1 && c.head > 0, "GatedPixelCnn",
          "maps is {}, layers {} and head {}; each must be 1 or more", c.maps, c.layers, c.head);
  require(c.classes >= 0, "GatedPixelCnn", "classes is {} but must be 0 (none) or more", c.classes);
  require(c.channels >= 1 && c.maps % c.channels == 0 && c.head % c.channels == 0, "GatedPixelCnn",
          "{} maps and {} maps of the head cannot be split into {} equal groups, one for each channel; hint: for RGB "
          "use multiples of 3",
          c.maps, c.head, c.channels);
  return c;
}

GatedMaskedConvOptions gated_options(const GatedPixelCnnConfig& c, DropoutStream& dropout) {
  return {.groups = c.channels, .condition = c.classes, .dropout = dropout.options()};
}

// GatedPixelCnn::forward_given at one pixel; the vertical stack a row at a time.
struct CachedGatedPixelCnn : PixelNet {
  CachedGatedPixelCnn(const GatedMaskedConv& input, const MaskedConv2d& hidden, const MaskedConv2d& output, Index n,
                      Index width)
      : input(input, n, width), hidden(hidden, n, width), output(output, n, width) {}

  CachedGatedConv input;
  std::vector<CachedGatedConv> layers;
  CachedMaskedConv hidden, output;
  Index classes = 0;
  Index begun = -1;  // the row whose pixels are being made

  void given(const Indices& labels) override {
    const Tensor z = one_hot(labels, classes);
    input.given(z);
    for (CachedGatedConv& layer : layers) layer.given(z);
  }
  void set(Index y, Index x, const Tensor& pixel) override { input.set(y, x, pixel * Real{2} - Real{1}); }
  Tensor logits(Index y, Index x) override {
    if (y != begun) begin_row(y);
    Tensor maps = input.at(y, x);
    for (CachedGatedConv& layer : layers) maps = layer.at(y, x, maps);
    return output.at(y, x, hidden.at(y, x, relu(maps)));
  }
  void begin_row(Index y) {
    begun = y;
    Tensor vertical = input.begin_row(y);
    for (CachedGatedConv& layer : layers) vertical = layer.begin_row(y, vertical);
  }
};

}  // namespace

GatedPixelCnn::GatedPixelCnn(GatedPixelCnnConfig config)
    : AutoregressiveModel(config.levels, config.channels), settings(checked(config)),
      dropout_(child<DropoutStream>("dropout", config.dropout)),
      input_(child<GatedMaskedConv>("input", MaskType::kA, config.channels, config.maps, 7,
                                    gated_options(config, dropout_))),
      hidden_(child<MaskedConv2d>("hidden", MaskType::kB, config.maps, config.head, 1,
                                  MaskedConvOptions{.groups = config.channels, .relu = true})),
      output_(child<MaskedConv2d>("output", MaskType::kB, config.head, config.channels * logits_per_channel(), 1,
                                  MaskedConvOptions{.groups = config.channels})) {
  for (Index i = 1; i < config.layers; ++i)
    layers_.push_back(&child<GatedMaskedConv>(fmt::format("layer{}", i), MaskType::kB, config.maps, config.maps,
                                              config.kernel, gated_options(config, dropout_)));
}

Var GatedPixelCnn::forward(const Var& x) {
  return forward_given(x, expand_labels("GatedPixelCnn", {}, x.size(0), settings.classes));
}

Var GatedPixelCnn::forward_given(const Var& x, const Indices& labels) {
  check_shape("GatedPixelCnn", "x", x.shape(), {"N", settings.channels, "H", "W"});
  dropout_.begin_pass();
  const Var z = settings.classes > 0 ? Var(one_hot(labels, settings.classes)) : Var();
  const Var pixels = x * Real{2} - Real{1};
  GatedMaps maps = input_.run({pixels, pixels}, z);
  for (GatedMaskedConv* layer : layers_) maps = layer->run(maps, z);
  return output_(hidden_(relu(maps.horizontal)));
}

std::unique_ptr<PixelNet> GatedPixelCnn::cached(Index n, Index width) {
  auto net = std::make_unique<CachedGatedPixelCnn>(input_, hidden_, output_, n, width);
  net->classes = settings.classes;
  for (const GatedMaskedConv* layer : layers_) net->layers.emplace_back(*layer, n, width);
  return net;
}

ModelConfig GatedPixelCnn::config() const {
  return {{"maps", settings.maps},     {"layers", settings.layers}, {"kernel", settings.kernel},
          {"head", settings.head},     {"levels", settings.levels}, {"channels", settings.channels},
          {"dropout", settings.dropout}, {"classes", settings.classes}};
}

std::map<std::string, std::string> GatedPixelCnn::config_help() const {
  return {{"maps", "maps of each of the two stacks"},
          {"layers", "gated layers, the first one, whose kernel is 7x7, among them"},
          {"kernel", "rows and columns of the later layers' kernels; odd"},
          {"head", "maps of the 1x1 layer before the output"},
          {"levels", "values of a pixel: 2 for black and white, 256 for all greys"},
          {"channels", "1 for grey images, 3 for red, green and blue (maps and head must be multiples of it)"},
          {"dropout", "percent of what each layer's gates let through that a training step leaves out"},
          {"classes", "0: any image; 10: an image of a given class, such as a digit, learned from labelled data"}};
}

}  // namespace gradfold
