#include "models/pixel_cnn.h"

#include <cstdlib>

#include "autograd/ops.h"
#include "nn/cached_masked_conv.h"
#include "tensor/elementwise.h"

namespace gradfold {
namespace {

MaskedConvOptions groups(const PixelCnnConfig& c) { return {.groups = c.channels}; }
MaskType mask(const PixelCnnConfig& c, MaskType type) { return c.masked ? type : MaskType::kNone; }

const PixelCnnConfig& checked(const PixelCnnConfig& c) {
  require(c.maps > 0 && c.blocks >= 0, "PixelCnn",
          "maps is {} and blocks {}; there must be 1 map or more and 0 blocks or more", c.maps, c.blocks);
  require(
      c.channels >= 1 && c.maps % c.channels == 0, "PixelCnn",
      "{} maps cannot be split into {} equal groups, one for each channel; hint: for RGB use a multiple of 3",
      c.maps, c.channels);
  return c;
}

// PixelCnnBlock::composed at one pixel.
struct CachedBlock : PixelLayer {
  CachedBlock(const PixelCnnBlock& block, Index n, Index width)
      : reduce(block.reduce, n, width), conv(block.conv, n, width), expand(block.expand, n, width) {}

  CachedMaskedConv reduce, conv, expand;

  Tensor at(Index y, Index x, const Tensor& in) override {
    return in + expand.at(y, x, relu(conv.at(y, x, relu(reduce.at(y, x, relu(in))))));
  }
};

// PixelCnn::forward at one pixel.
struct CachedPixelCnn : PixelNet {
  CachedPixelCnn(const MaskedConv2d& input, const MaskedConv2d& hidden, const MaskedConv2d& output, Index n,
                 Index width)
      : input(input, n, width), hidden(hidden, n, width), output(output, n, width) {}

  CachedMaskedConv input, hidden, output;
  std::vector<CachedBlock> blocks;

  void set(Index y, Index x, const Tensor& pixel) override { input.set(y, x, pixel * Real{2} - Real{1}); }
  Tensor logits(Index y, Index x) override {
    Tensor maps = input.at(y, x);
    for (CachedBlock& block : blocks) maps = block.at(y, x, maps);
    return output.at(y, x, hidden.at(y, x, relu(maps)));
  }
};

}  // namespace

PixelCnnConfig pixel_cnn_as_large_as(Index parameters, Index blocks) {
  const auto off = [&](Index maps) {
    return std::abs(PixelCnn({.maps = maps, .blocks = blocks}).parameter_count() - parameters);
  };
  Index maps = 1;
  while (off(maps + 1) < off(maps)) ++maps;
  return {.maps = maps, .blocks = blocks};
}

PixelCnnBlock::PixelCnnBlock(const PixelCnnConfig& c, DropoutOptions dropout)
    : reduce(child<MaskedConv2d>("reduce", mask(c, MaskType::kB), 2 * c.maps, c.maps, 1, groups(c))),
      conv(child<MaskedConv2d>("conv", mask(c, MaskType::kB), c.maps, c.maps, c.kernel, groups(c))),
      expand(child<MaskedConv2d>("expand", mask(c, MaskType::kB), c.maps, 2 * c.maps, 1, groups(c))),
      dropout(child<Dropout>("dropout", dropout)) {}

Var PixelCnnBlock::composed(const Var& x) { return x + dropout(expand(relu(conv(relu(reduce(relu(x))))))); }

Var PixelCnnBlock::forward(const Var& x) {
  const Var y = bottleneck(x, {reduce.seen_weight(), reduce.bias}, {conv.seen_weight(), conv.bias},
                           {expand.seen_weight(), expand.bias}, conv.taps);
  return training() && dropout.p > 0 ? x + dropout(y - x) : y;
}

PixelCnn::PixelCnn(PixelCnnConfig config)
    : AutoregressiveModel(config.levels, config.channels), settings(checked(config)),
      dropout_(child<DropoutStream>("dropout", config.dropout)),
      input_(child<MaskedConv2d>("input", mask(config, MaskType::kA), config.channels, 2 * config.maps, 7,
                                 groups(config))),
      blocks_(child<Sequential>("blocks")),
      hidden_(child<MaskedConv2d>("hidden", mask(config, MaskType::kB), 2 * config.maps, config.maps, 1,
                                  MaskedConvOptions{.groups = config.channels, .relu = true})),
      output_(child<MaskedConv2d>("output", mask(config, MaskType::kB), config.maps,
                                  config.channels * logits_per_channel(), 1, groups(config))) {
  for (Index i = 0; i < config.blocks; ++i) blocks_.add<PixelCnnBlock>(config, dropout_.options());
}

Var PixelCnn::forward(const Var& x) {
  check_shape("PixelCnn", "x", x.shape(), {"N", settings.channels, "H", "W"});
  return output_(hidden_(relu(trunk(x, settings.blocks))));
}

Var PixelCnn::trunk(const Var& x, Index blocks) {
  dropout_.begin_pass();
  Var maps = input_(x * Real{2} - Real{1});
  for (Index i = 0; i < blocks; ++i) maps = blocks_[static_cast<std::size_t>(i)](maps);
  return maps;
}

std::unique_ptr<PixelNet> PixelCnn::cached(Index n, Index width) {
  auto net = std::make_unique<CachedPixelCnn>(input_, hidden_, output_, n, width);
  for (Index i = 0; i < settings.blocks; ++i) {
    net->blocks.emplace_back(dynamic_cast<PixelCnnBlock&>(blocks_[static_cast<std::size_t>(i)]), n, width);
  }
  return net;
}

ModelConfig PixelCnn::config() const {
  return {{"maps", settings.maps},
          {"blocks", settings.blocks},
          {"kernel", settings.kernel},
          {"levels", settings.levels},
          {"channels", settings.channels},
          {"dropout", settings.dropout},
          {"masked", settings.masked}};
}

std::map<std::string, std::string> PixelCnn::config_help() const {
  return {{"maps", "feature maps inside a residual block; the trunk between blocks carries twice as many"},
          {"blocks", "residual blocks; a pixel sees 3 + blocks rows up and columns to the sides, if kernel is 3"},
          {"kernel", "rows and columns of the blocks' masked convolutions; odd, the paper's is 3"},
          {"levels", "values of a pixel: 2 for black and white, 256 for all greys"},
          {"channels", "1 for grey images, 3 for red, green and blue (maps must be a multiple of it)"},
          {"dropout", "percent of what each block adds to the trunk that a training step leaves out"},
          {"masked", "0: ordinary convolutions, which see the pixel they predict; no model of anything (lesson 2.3)"}};
}

}  // namespace gradfold
