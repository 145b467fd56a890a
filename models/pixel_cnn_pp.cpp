#include "models/pixel_cnn_pp.h"

#include <fmt/core.h>

#include "autograd/ops.h"
#include "tensor/elementwise.h"

namespace gradfold {
namespace {

const Size2 kUKernel{2, 3}, kUlKernel{2, 2};

const PixelCnnPpConfig& checked(const PixelCnnPpConfig& c) {
  require(c.maps > 0 && c.blocks > 0 && c.halvings >= 0 && c.mixture >= 0, "PixelCnnPp",
          "maps is {}, blocks {}, halvings {} and mixture {}; halvings and mixture may be 0, the others must be 1 or "
          "more",
          c.maps, c.blocks, c.halvings, c.mixture);
  return c;
}

// A row further down, a column further right: what comes in is blank, without even a bias.
Var shift_down(const Var& x) { return pad(slice(x, 2, 0, x.size(2) - 1), {{1, 0}, {0, 0}}); }
Var shift_right(const Var& x) { return pad(slice(x, 3, 0, x.size(3) - 1), {{1, 0}}); }

}  // namespace

PixelStreamsBlock::PixelStreamsBlock(const PixelCnnPpConfig& c, bool up, DropoutOptions dropout)
    : u(child<GatedResidual>("u", Shift::kDown, c.maps, kUKernel,
                             GatedResidualOptions{.side = up ? c.maps : 0, .dropout = dropout})),
      ul(child<GatedResidual>("ul", Shift::kDownRight, c.maps, kUlKernel,
                              GatedResidualOptions{.side = up ? 2 * c.maps : c.maps, .dropout = dropout})) {}

PixelStreams PixelStreamsBlock::run(const PixelStreams& x, const PixelStreams* before) {
  return scoped([&] {
    const Var above = u.run(x.u, before ? before->u : Var());
    return PixelStreams{above, ul.run(x.ul, before ? concatenate({above, before->ul}, 1) : above)};
  });
}

PixelStreamsHalf::PixelStreamsHalf(Index maps)
    : u(child<ShiftedConv2d>("u", Shift::kDown, maps, maps, kUKernel, ShiftedConvOptions{.stride = 2})),
      ul(child<ShiftedConv2d>("ul", Shift::kDownRight, maps, maps, kUlKernel, ShiftedConvOptions{.stride = 2})) {}

PixelStreams PixelStreamsHalf::run(const PixelStreams& x) {
  return scoped([&] { return PixelStreams{u(x.u), ul(x.ul)}; });
}

PixelStreamsDouble::PixelStreamsDouble(Index maps)
    : u(child<ShiftedConvTranspose2d>("u", Shift::kDown, maps, maps)),
      ul(child<ShiftedConvTranspose2d>("ul", Shift::kDownRight, maps, maps)) {}

PixelStreams PixelStreamsDouble::run(const PixelStreams& x, Size2 size) {
  return scoped([&] { return PixelStreams{u.to_size(x.u, size), ul.to_size(x.ul, size)}; });
}

PixelCnnPp::PixelCnnPp(PixelCnnPpConfig config)
    : AutoregressiveModel(config.levels, config.channels), settings(checked(config)),
      mixture{.components = config.mixture, .levels = config.levels, .channels = config.channels},
      dropout_(child<DropoutStream>("dropout", config.dropout)),
      above_(child<ShiftedConv2d>("above", Shift::kDown, config.channels + 1, config.maps, kUKernel)),
      above_row_(child<ShiftedConv2d>("above_row", Shift::kDown, config.channels + 1, config.maps, Size2(1, 3))),
      left_(child<ShiftedConv2d>("left", Shift::kDownRight, config.channels + 1, config.maps, Size2(2, 1))),
      output_(child<ShiftedConv2d>("output", Shift::kDown, config.maps, outputs(), 1)) {
  if (has_head()) {
    const Index groups = config.channels;
    between_ = &child<MaskedConv2d>("between", MaskType::kA, groups, outputs(), 1,
                                    MaskedConvOptions{.groups = groups, .bias = false});  // output_ has one
    head_ = &child<MaskedConv2d>("head", MaskType::kB, outputs(), groups * logits_per_channel(), 1,
                                 MaskedConvOptions{.groups = groups});
  }
  const auto add_blocks = [&](const char* way, Index resolution, Index count) {
    std::vector<PixelStreamsBlock*> blocks;
    for (Index i = 0; i < count; ++i)
      blocks.push_back(&child<PixelStreamsBlock>(fmt::format("{}{}_{}", way, resolution, i), settings,
                                                 /*up=*/way[0] == 'u', dropout_.options()));
    return blocks;
  };
  for (Index i = 0; i <= config.halvings; ++i) {
    down_.push_back(add_blocks("down", i, config.blocks));
    up_.push_back(add_blocks("up", i, i < config.halvings ? config.blocks + 1 : config.blocks));
    if (i == config.halvings) break;
    halves_.push_back(&child<PixelStreamsHalf>(fmt::format("half{}", i), config.maps));
    doubles_.push_back(&child<PixelStreamsDouble>(fmt::format("double{}", i), config.maps));
  }
}

Index PixelCnnPp::outputs() const {
  if (has_mixture()) return mixture.parameters();
  return has_head() ? settings.channels * settings.maps : logits_per_channel();
}

PixelStreams PixelCnnPp::first(const Var& x) {
  const Var ones(Tensor::ones({x.size(0), 1, x.size(2), x.size(3)}));
  const Var pixels = concatenate({x * Real{2} - Real{1}, ones}, 1);
  return {shift_down(above_(pixels)), shift_down(above_row_(pixels)) + shift_right(left_(pixels))};
}

PixelStreams PixelCnnPp::down_and_up(std::size_t resolution, PixelStreams maps) {
  std::vector<PixelStreams> before{maps};  // what the way up meets again, the last first
  for (PixelStreamsBlock* block : down_[resolution]) before.push_back(maps = block->run(maps));
  if (resolution == halves_.size()) {
    before.pop_back();  // the turning point
  } else {
    const PixelStreams coarser = down_and_up(resolution + 1, halves_[resolution]->run(maps));
    maps = doubles_[resolution]->run(coarser, {maps.u.size(2), maps.u.size(3)});
  }
  for (PixelStreamsBlock* block : up_[resolution]) {
    maps = block->run(maps, &before.back());
    before.pop_back();
  }
  return maps;
}

Var PixelCnnPp::forward(const Var& x) {
  check_shape("PixelCnnPp", "x", x.shape(), {"N", settings.channels, "H", "W"});
  dropout_.begin_pass();
  const Var numbers = output_(elu(down_and_up(0, first(x)).ul));
  return has_head() ? (*head_)(elu(numbers + (*between_)(x * Real{2} - Real{1}))) : numbers;
}

Var PixelCnnPp::surprise(const Var& logits, const Tensor& x) const {
  return has_mixture() ? mixture.nll(logits, x, Reduction::kNone) : AutoregressiveModel::surprise(logits, x);
}

std::vector<double> PixelCnnPp::level_probabilities(const Tensor& logits, const Tensor& pixel, Index c) const {
  return has_mixture() ? mixture.level_probabilities(logits, pixel, c)
                       : AutoregressiveModel::level_probabilities(logits, pixel, c);
}

void PixelCnnPp::calibrate(const Tensor& x) {
  NoGrad guard;
  calibrate_next(*this);
  (*this)(x);
}

ModelConfig PixelCnnPp::config() const {
  return {{"maps", settings.maps},       {"blocks", settings.blocks},   {"halvings", settings.halvings},
          {"mixture", settings.mixture}, {"dropout", settings.dropout}, {"levels", settings.levels},
          {"channels", settings.channels}};
}

std::map<std::string, std::string> PixelCnnPp::config_help() const {
  return {{"maps", "maps of each of the two streams"},
          {"blocks", "residual blocks of a stream at each resolution, on the way down and again on the way up"},
          {"halvings", "how often the streams' rows and columns are halved: 2 make 28, 14 and 7"},
          {"mixture", "logistic distributions that a pixel's levels are a mixture of; 0: a softmax over all levels"},
          {"dropout", "percent of the maps inside a block that a training step leaves out"},
          {"levels", "values of a pixel: 2 for black and white, 256 for all greys"},
          {"channels", "1 for grey images, 3 for red, green and blue"}};
}

}  // namespace gradfold
