#include "models/independent_pixels.h"

#include "autograd/ops.h"
#include "tensor/elementwise.h"

namespace gradfold {
namespace {

constexpr Real kLogitScale = 32;

// The logits of a place, for n images alike.
struct CachedIndependentPixels : PixelNet {
  CachedIndependentPixels(Tensor weight, Index n) : weight(std::move(weight)), n(n) {}
  const Tensor weight;
  const Index n;

  void set(Index, Index, const Tensor&) override {}
  Tensor logits(Index y, Index x) override {
    const Tensor place = weight.select(2, x).select(1, y) * kLogitScale;
    return place.expand({n, place.size(0)}).contiguous();
  }
};

}  // namespace

IndependentPixels::IndependentPixels(IndependentPixelsConfig config)
    : FixedSizeModel(config.height, config.width, config.levels, config.channels), settings(config) {
  weight = param("weight", {config.channels * logits_per_channel(), config.height, config.width},
                 init::normal(0, Real(0.01)));
}

Var IndependentPixels::forward(const Var& x) {
  check_images("x", x.shape());
  const Var rows = slice(weight, 1, 0, x.size(2)) * kLogitScale;
  return expand(unsqueeze(rows, 0), {x.size(0), rows.size(0), rows.size(1), rows.size(2)});
}

std::unique_ptr<PixelNet> IndependentPixels::cached(Index n, Index) {
  return std::make_unique<CachedIndependentPixels>(weight.value(), n);
}

ModelConfig IndependentPixels::config() const {
  return {{"height", settings.height},
          {"width", settings.width},
          {"levels", settings.levels},
          {"channels", settings.channels}};
}

std::map<std::string, std::string> IndependentPixels::config_help() const {
  return {{"height", "rows of every image"},
          {"width", "columns of every image"},
          {"levels", "values of a pixel: 2 for black and white, 256 for all greys"},
          {"channels", "1 for grey images, 3 for red, green and blue"}};
}

}  // namespace gradfold
