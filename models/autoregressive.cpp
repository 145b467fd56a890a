#include "models/autoregressive.h"

#include <cmath>

#include "autograd/ops.h"
#include "nn/losses.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"

namespace gradfold {
namespace {

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

AutoregressiveModel::AutoregressiveModel(int levels, int channels) : levels_(levels), channels_(channels) {
  require(levels >= 2 && levels <= 65536, "AutoregressiveModel", "levels is {} but must be 2 (binary) .. 65536", levels);
  require(channels >= 1, "AutoregressiveModel", "channels is {} but must be 1 or more", channels);
}

Var AutoregressiveModel::nll(const Tensor& x) {
  check_levels(kind(), x, channels_, levels_);
  const Var logits = (*this)(x);
  if (levels_ == 2) return bce_with_logits(logits, x, Reduction::kBatchMean);
  const Indices targets = level_numbers(x, levels_);
  return cross_entropy(reshape(logits, Shape{x.size(0) * x.size(1), levels_, x.size(2), x.size(3)}),
                       targets, Reduction::kSum) /
         static_cast<Real>(x.size(0));
}

Tensor AutoregressiveModel::log_conditionals(const Tensor& x) {
  check_levels(kind(), x, channels_, levels_);
  NoGrad guard;
  const Tensor logits = (*this)(x).value();
  if (levels_ == 2) return log_sigmoid(where(x, logits, -logits));
  const Indices targets = level_numbers(x, levels_);
  return -cross_entropy(logits.reshape(Shape{x.size(0) * x.size(1), levels_, x.size(2), x.size(3)}),
                        targets, Reduction::kNone)
              .value()
              .reshape(x.shape());
}

Tensor AutoregressiveModel::log_prob(const Tensor& x) {
  check_shape(kind(), "x", x.shape(), {"N", channels_, "H", "W"});
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

Tensor AutoregressiveModel::sample(const Shape& shape, Rng& rng, const SampleOptions& options) {
  check_shape(kind(), "shape", shape, {"N", channels_, "H", "W"});
  require(options.temperature > 0, kind(), "temperature is {} but must be above 0", options.temperature);
  NoGrad guard;
  const Index n = shape[0], channels = shape[1], height = shape[2], width = shape[3];
  const Index k = logits_per_channel(), plane = height * width;
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

}  // namespace gradfold
