#include "models/image_model.h"

#include <algorithm>
#include <atomic>
#include <cmath>

#include <fmt/format.h>

#include "tensor/parallel.h"

namespace gradfold {

Figure mean_figure(std::string name, std::string unit, const Tensor& values) {
  require(values.rank() == 1 && values.numel() > 0, "mean_figure", "values are {} but must be [N] of 1 image or more",
          values.shape());
  const std::vector<Real> all = values.to_vector();
  const double n = static_cast<double>(all.size());
  double sum = 0, squares = 0;
  for (const Real v : all) sum += v;
  for (const Real v : all) squares += (v - sum / n) * (v - sum / n);
  return {.name = std::move(name),
          .unit = std::move(unit),
          .value = sum / n,
          .standard_error = n > 1 ? std::optional(std::sqrt(squares / (n * (n - 1)))) : std::nullopt};
}

std::string to_text(const Figure& figure) {
  const auto number = [](double v) {
    const bool counted = v == std::round(v);
    return std::abs(v) >= 10 && !counted ? fmt::format("{:.2f}", v) : fmt::format("{:.4g}", v);
  };
  std::string text = number(figure.value);
  if (!figure.unit.empty()) text += " " + figure.unit;
  if (figure.standard_error) text += fmt::format(" (+- {:.2g})", *figure.standard_error);
  return text;
}

void for_slices(Index n, const EvaluateOptions& options, const std::function<void(Index, Index)>& f) {
  constexpr Index kAtOnce = 64;
  for (Index from = 0; from < n; from += kAtOnce) {
    const Index to = std::min(from + kAtOnce, n);
    f(from, to);
    if (options.progress) options.progress(to, n);
  }
}

void check_levels(std::string_view who, const Tensor& x, int channels, int levels) {
  check_shape(who, "x", x.shape(), {"N", channels, "H", "W"});
  const Tensor rows = x.contiguous();
  const Real* values = rows.data();
  if (levels == kGrey) {
    for (Index i = 0; i < rows.numel(); ++i)
      require(values[i] >= 0 && values[i] <= 1, who, "x holds {:.4g} at element {} but pixels are 0..1", values[i], i);
    return;
  }
  const Real top = static_cast<Real>(levels - 1);
  const auto is_level = [top](Real v) {
    const Real level = v * top;
    return (v >= 0) & (v <= 1) & (std::abs(level - std::nearbyint(level)) < Real(1e-3));
  };
  std::atomic<bool> fine{true};
  parallel_for(rows.numel(), 1 << 16, [&](Index begin, Index end) {
    // One flag for the chunk, so that the loop has no branch and runs at memory speed.
    bool all = true;
    for (Index i = begin; i < end; ++i) all &= is_level(values[i]);
    if (!all) fine = false;
  });
  if (fine) return;
  const Index at = std::find_if_not(values, values + rows.numel() - 1, is_level) - values;
  if (levels == 2) {
    require(false, who,
            "x holds {:.4g} at element {} but this model's pixels are 0 or 1; hint: binarize the images first, "
            "or make a "
            "model of 256 levels",
            values[at], at);
  }
  require(false, who, "x holds {:.4g} at element {} but this model's pixels are k / {} with k = 0 .. {}",
          values[at], at, levels - 1, levels - 1);
}

Indices expand_labels(std::string_view who, const Indices& labels, Index n, Index classes) {
  const Index given = labels.numel();
  if (classes == 0) {
    require(given == 0, who, "labels are given but the model knows no classes; hint: leave them out, or make a model "
            "with classes");
    return {};
  }
  require(given > 0, who, "labels are missing: the model has {} classes and must be told which", classes);
  require(given == n || given == 1, who, "there are {} labels for {} images; give one for each, or one for all",
          given, n);
  for (Index i = 0; i < given; ++i)
    require(labels[i] >= 0 && labels[i] < classes, who, "label {} at position {} must be one of 0..{}", labels[i], i,
            classes - 1);
  Indices out(Shape{n});
  for (Index i = 0; i < n; ++i) out[i] = labels[given == 1 ? 0 : i];
  return out;
}

}  // namespace gradfold
