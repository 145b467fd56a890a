#include "models/fvsbn.h"

#include <numeric>

#include "autograd/ops.h"
#include "tensor/elementwise.h"
#include "tensor/parallel.h"

namespace gradfold {
namespace {

constexpr Real kFvsbnScale = 32;

const FvsbnConfig& checked(const FvsbnConfig& c) {
  require(c.levels == 2, "Fvsbn",
          "levels is {} but must be 2: each pixel is a logistic regression, which tells ink from none; hint: pixel_cnn "
          "and the other models take more levels",
          c.levels);
  return c;
}

Tensor below_diagonal(Index n) {
  Tensor mask = Tensor::zeros({n, n});
  for (Index i = 0; i < n; ++i) std::fill_n(mask.data() + i * n, i, Real{1});
  return mask;
}

// Fvsbn::forward at one pixel: one row of the weights.
struct CachedFvsbn : PixelNet {
  CachedFvsbn(Tensor weight, Tensor bias, Index n, Index width)
      : weight(std::move(weight)), bias(std::move(bias)), width(width), seen({n, this->bias.numel()}) {}
  const Tensor weight, bias;
  const Index width;
  Tensor seen;  // [N, D], so far

  void set(Index y, Index x, const Tensor& pixel) override {
    require(x < width && y * width + x < seen.size(1), "Fvsbn", "there is no pixel ({}, {}) in its images", y, x);
    for (Index image = 0; image < seen.size(0); ++image)
      seen.data()[image * seen.size(1) + y * width + x] = pixel.data()[image];
  }
  Tensor logits(Index y, Index x) override {
    const Index i = y * width + x, places = seen.size(1);
    Tensor out(Shape{seen.size(0), 1});
    const Real* row = weight.data() + i * places;
    parallel_for(seen.size(0), 1 + (1 << 15) / places, [&](Index begin, Index end) {
      for (Index image = begin; image < end; ++image) {
        const Real* x_j = seen.data() + image * places;
        out.data()[image] = std::inner_product(row, row + i, x_j, kFvsbnScale * bias.data()[i]);
      }
    });
    return out;
  }
};

}  // namespace

Fvsbn::Fvsbn(FvsbnConfig config)
    : FixedSizeModel(config.height, config.width, checked(config).levels, 1), settings(config),
      earlier_(below_diagonal(config.height * config.width)) {
  weight = param("weight", earlier_.shape(), init::normal(0, Real(0.01)));
  bias = param("bias", {earlier_.size(0)}, init::normal(0, Real(0.01)));
}

void Fvsbn::on_values_set() { weight.mutable_value() = weight.value() * earlier_; }

Var Fvsbn::forward(const Var& x) {
  check_images("x", x.shape());
  const Index pixels = x.size(2) * x.size(3);  // fewer rows are the first pixels, which need no others
  const Var seen = reshape(x, {x.size(0), pixels});
  const Var from_earlier = weight * earlier_;
  const Var used = slice(slice(from_earlier, 0, 0, pixels), 1, 0, pixels);
  return reshape(linear(seen, used, slice(bias, 0, 0, pixels) * kFvsbnScale), x.shape());
}

std::unique_ptr<PixelNet> Fvsbn::cached(Index n, Index) {
  return std::make_unique<CachedFvsbn>(weight.value().clone(), bias.value().clone(), n, settings.width);
}

ModelConfig Fvsbn::config() const {
  return {{"height", settings.height}, {"width", settings.width}, {"levels", settings.levels}};
}

std::map<std::string, std::string> Fvsbn::config_help() const {
  return {{"height", "rows of every image"},
          {"width", "columns of every image; there is a weight for each pair of pixels"},
          {"levels", "2 for black and white: it knows no more"}};
}

}  // namespace gradfold
