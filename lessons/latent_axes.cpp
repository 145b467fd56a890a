#include "lessons/latent_axes.h"

#include <numbers>

#include <fmt/format.h>

#include "models/digit_shape.h"
#include "models/factor_measures.h"
#include "models/hungarian.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"

namespace gradfold {

LatentAxes latent_axes(LatentModel& model, Index draws, Rng& rng) {
  require(model.code_size() >= kDigitMeasures, "latent_axes",
          "the model's codes have {} numbers, but slant, thickness and size need one each", model.code_size());
  const Tensor z = model.draw_codes(draws, rng);
  const Tensor of_measure = abs(correlations(digit_shapes(model.decode(z)), z));  // [measure, latent]
  const std::vector<Index> latents = cheapest_assignment(-of_measure);
  LatentAxes axes;
  for (Index measure = 0; measure < kDigitMeasures; ++measure) {
    const auto i = static_cast<std::size_t>(measure);
    axes.latent[i] = latents[i];
    axes.strength[i] = of_measure.at({measure, latents[i]});
  }
  return axes;
}

Image axis_walks(LatentModel& model, const LatentAxes& axes, Index steps) {
  std::vector<Tensor> rows;
  std::vector<std::string> titles;
  for (const Index measure : {kSize, kSlant, kThickness}) {
    const auto i = static_cast<std::size_t>(measure);
    rows.push_back(model.decode(model.walk(Tensor::zeros({1, model.code_size()}), axes.latent[i], steps)));
    titles.push_back(fmt::format("latent {}: {} {:.2f}", axes.latent[i] + 1, kDigitShapeNames[i], axes.strength[i]));
  }
  return grid(concatenate(rows, 0), {.columns = steps, .row_titles = titles});
}

Tensor turned_by_45(const Tensor& codes, Index one, Index other) {
  const Tensor a = codes.select(1, one), b = codes.select(1, other), out = codes.clone();
  out.select(1, one).copy_from((a - b) / std::numbers::sqrt2_v<Real>);
  out.select(1, other).copy_from((a + b) / std::numbers::sqrt2_v<Real>);
  return out;
}

}  // namespace gradfold
