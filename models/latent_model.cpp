#include "models/latent_model.h"

#include "models/factor_measures.h"

namespace gradfold {

LatentModel::LatentModel(int levels, int channels, Index height, Index width)
    : height(height), width(width), levels_(levels), channels_(channels) {
  require(levels == kGrey || (levels >= 2 && levels <= 65536), "LatentModel",
          "levels is {} but must be 0 (any grey), or 2 (binary) .. 65536", levels);
  require(channels >= 1 && height >= 1 && width >= 1, "LatentModel",
          "channels is {}, height {} and width {}; each must be 1 or more", channels, height, width);
}

void LatentModel::check_images(std::string_view name, const Shape& shape) const {
  check_shape(kind(), name, shape, {"N", channels_, height, width});
}

Tensor LatentModel::encode(const Tensor& x, const Indices& labels) {
  check_images("x", x.shape());
  const Indices each = expand_labels(kind(), labels, x.size(0), classes());
  NoGrad guard;
  Tensor z(Shape{x.size(0), code_size()});
  for_slices(x.size(0), {}, [&](Index from, Index to) {
    const Indices part = classes() > 0 ? each.slice(from, to) : Indices{};
    const Var image = x.slice(0, from, to).contiguous();
    z.slice(0, from, to).copy_from(scoped([&] { return encoded(image, part); }).value());
  });
  return z;
}

Tensor LatentModel::decode(const Tensor& z, const Indices& labels) {
  check_shape(kind(), "z", z.shape(), {"N", code_size()});
  const Indices each = expand_labels(kind(), labels, z.size(0), classes());
  NoGrad guard;
  Tensor x(Shape{z.size(0), channels_, height, width});
  for_slices(z.size(0), {}, [&](Index from, Index to) {
    const Indices part = classes() > 0 ? each.slice(from, to) : Indices{};
    const Var code = z.slice(0, from, to).contiguous();
    x.slice(0, from, to).copy_from(scoped([&] { return decoded(code, part); }).value());
  });
  return x;
}

Tensor LatentModel::sample(const Shape& shape, Rng& rng, const SampleOptions& options) {
  check_images("shape", shape);
  require(!options.image.defined() && !options.known.defined(), kind(),
          "a given part of an image cannot be completed: its images are drawn whole; "
          "hint: an autoregressive model does");
  require(options.temperature == 1, kind(), "temperature is {} but must be 1: it draws no pixels", options.temperature);
  const Tensor x = decode(draw_codes(shape[0], rng), options.labels);
  if (options.progress) options.progress(height * width, height * width);
  return x;
}

Tensor LatentModel::walk(const Tensor& z, Index latent, Index steps) {
  check_shape(kind(), "z", z.shape(), {1, code_size()});
  require(latent >= 0 && latent < latents(), kind(), "latent is {} but must be one of 0..{}", latent, latents() - 1);
  require(steps >= 1, kind(), "steps is {} but must be 1 or more", steps);
  const auto [low, high] = range(latent);
  Tensor out = z.expand({steps, code_size()}).clone();
  for (Index i = 0; i < steps; ++i) {
    const Real t = steps == 1 ? Real(0.5) : static_cast<Real>(i) / static_cast<Real>(steps - 1);
    out.set({i, latent}, low + t * (high - low));
  }
  return out;
}

Tensor LatentModel::latent_correlations(const Tensor& z, const Tensor& measures) const {
  return correlations(z, measures);
}

}  // namespace gradfold
