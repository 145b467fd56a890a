#include "lessons/latent_axes.h"

#include <numbers>

#include <fmt/format.h>

#include "models/digit_shape.h"
#include "models/hungarian.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"

namespace gradfold {

Tensor latents_with_shapes(LatentModel& model, Index draws, Rng& rng, const Indices& labels) {
  const Tensor z = model.draw_codes(draws, rng);
  return model.latent_correlations(z, digit_shapes(model.decode(z, labels)));
}

std::vector<CorrelationRow> latent_rows(const LatentModel& model, const Tensor& with_shapes,
                                        const std::string& before) {
  std::vector<std::string> names;
  for (Index latent = 0; latent < model.latents(); ++latent) names.push_back(before + model.latent_name(latent));
  return correlation_rows(names, with_shapes);
}

LatentAxes latent_axes(LatentModel& model, Index draws, Rng& rng) {
  require(model.code_size() >= 3, "latent_axes",
          "the model's codes have {} numbers, but slant, thickness and size need one each", model.code_size());
  const Tensor all = latents_with_shapes(model, draws, rng);
  const Tensor of_measure = abs(all).transpose(0, 1).contiguous();  // [measure, latent]
  const std::vector<Index> latents = cheapest_assignment(-of_measure);
  const auto axis = [&](Index measure) {
    const Index latent = latents[static_cast<std::size_t>(measure)];
    return LatentAxis{latent, of_measure.at({measure, latent})};
  };
  return {.slant = axis(0), .thickness = axis(1), .size = axis(2), .all = all};
}

Image axis_walks(LatentModel& model, const LatentAxes& axes, Index steps) {
  std::vector<Tensor> rows;
  std::vector<std::string> titles;
  const auto walk = [&](Index measure, const LatentAxis& axis) {
    rows.push_back(model.decode(model.walk(Tensor::zeros({1, model.code_size()}), axis.latent, steps)));
    titles.push_back(fmt::format("{}: {} {}", model.latent_name(axis.latent), kDigitShapeNames[measure],
                                 correlation_text(axes.all.at({axis.latent, measure}))));
  };
  walk(2, axes.size);
  walk(0, axes.slant);
  walk(1, axes.thickness);
  return grid(concatenate(rows, 0), {.columns = steps, .row_titles = titles});
}

Tensor turned_by_45(const Tensor& codes, Index one, Index other) {
  const Tensor a = codes.select(1, one), b = codes.select(1, other), out = codes.clone();
  out.select(1, one).copy_from((a - b) / std::numbers::sqrt2_v<Real>);
  out.select(1, other).copy_from((a + b) / std::numbers::sqrt2_v<Real>);
  return out;
}

}  // namespace gradfold
