#include "models/autoregressive.h"

#include <algorithm>
#include <cmath>

#include "autograd/ops.h"
#include "nn/losses.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"

namespace gradfold {

AutoregressiveModel::AutoregressiveModel(int levels, int channels) : levels_(levels), channels_(channels) {
  require(levels >= 2 && levels <= 65536, "AutoregressiveModel", "levels is {} but must be 2 (binary) .. 65536",
          levels);
  require(channels >= 1, "AutoregressiveModel", "channels is {} but must be 1 or more", channels);
}

void AutoregressiveModel::check_images(std::string_view name, const Shape& shape) const {
  check_shape(kind(), name, shape, {"N", channels_, "H", "W"});
}

Var AutoregressiveModel::logits(const Var& x, const Indices& labels) {
  const Indices each_label = expand_labels(kind(), labels, x.size(0), classes());
  return scoped([&] { return forward_given(x, each_label); });
}

Var AutoregressiveModel::surprise(const Var& logits, const Tensor& x) const {
  if (levels_ == 2) return bce_with_logits(logits, x, Reduction::kNone);
  const Shape of_pixels{x.size(0) * x.size(1), levels_, x.size(2), x.size(3)};
  return reshape(cross_entropy(reshape(logits, of_pixels), level_numbers(x, levels_), Reduction::kNone), x.shape());
}

Var AutoregressiveModel::nll(const Tensor& x, const Indices& labels) {
  check_levels(kind(), x, channels_, levels_);
  return reduce(surprise(logits(x, labels), x), Reduction::kBatchMean);
}

Tensor AutoregressiveModel::log_conditionals(const Tensor& x, const Indices& labels) {
  check_levels(kind(), x, channels_, levels_);
  NoGrad guard;
  return -surprise(logits(x, labels), x).value();
}

std::vector<double> AutoregressiveModel::level_probabilities(const Tensor& logits, const Tensor&, Index c) const {
  const Index k = logits_per_channel(), n = logits.size(0);
  check_shape(kind(), "logits", logits.shape(), {"N", channels_ * k});
  const Tensor rows = logits.contiguous();
  std::vector<double> out(static_cast<std::size_t>(n * levels_));
  for (Index image = 0; image < n; ++image) {
    const Real* l = rows.data() + image * channels_ * k + c * k;
    double* p = out.data() + image * levels_;
    if (k == 1) {
      p[0] = 1 / (1 + std::exp(static_cast<double>(l[0])));
      p[1] = 1 / (1 + std::exp(-static_cast<double>(l[0])));
      continue;
    }
    const double top = *std::max_element(l, l + k);
    double total = 0;
    for (Index i = 0; i < k; ++i) total += p[i] = std::exp(l[i] - top);
    for (Index i = 0; i < k; ++i) p[i] /= total;
  }
  return out;
}

Tensor AutoregressiveModel::log_prob(const Tensor& x, const Indices& labels) {
  check_shape(kind(), "x", x.shape(), {"N", channels_, "H", "W"});
  const Indices each_label = expand_labels(kind(), labels, x.size(0), classes());
  constexpr Index kPixelsAtOnce = 1 << 16;  // bounds the memory of a slice's maps
  const Index slice = std::max<Index>(1, kPixelsAtOnce / std::max<Index>(1, x.size(2) * x.size(3)));
  Tensor out(Shape{x.size(0)});
  for (Index from = 0; from < x.size(0); from += slice) {
    const Index to = std::min(from + slice, x.size(0));
    const Indices part_labels = classes() > 0 ? each_label.slice(from, to) : Indices{};
    const Tensor part = log_conditionals(x.slice(0, from, to).contiguous(), part_labels);
    out.slice(0, from, to).copy_from(sum(part, {1, 2, 3}));
  }
  return out;
}

}  // namespace gradfold
