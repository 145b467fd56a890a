#include "models/likelihood_model.h"

#include <cmath>
#include <fmt/format.h>
#include <numbers>
#include <numeric>

#include "models/every_image.h"
#include "tensor/elementwise.h"
#include "tensor/reduce.h"

namespace gradfold {

std::vector<Objective> LikelihoodModel::objectives() {
  return {{.name = "nll", .unit = "nats", .parameters = parameters(),
           .loss = [this](const Tensor& x, const Indices& labels, Rng&) { return nll(x, labels); }}};
}

Figures LikelihoodModel::evaluate(const Tensor& x, const Indices& labels, Rng&, const EvaluateOptions& options) {
  Tensor nats(Shape{x.size(0)});
  for_slices(x.size(0), options, [&](Index from, Index to) {
    const Indices part = labels.numel() > 1 ? labels.slice(from, to) : labels;  // one label is that of all
    nats.slice(0, from, to).copy_from(-log_prob(x.slice(0, from, to).contiguous(), part));
  });
  const Figure nll = mean_figure("nll_nats", "nats per image", nats);
  return {nll, {.name = "bits_per_dim", .unit = "bits/dim", .value = bits_per_dim(nll.value, x.shape())}};
}

std::string LikelihoodModel::warning(const Figures& held_out) const {
  const double cost = held_out.at(1).value, even_odds = std::log2(levels());
  if (levels() < 2 || cost < 1.5 * even_odds) return {};
  return fmt::format("training diverges: held-out images cost {:.3g} bits/dim, and {:.3g} would do with even odds for "
                     "every level of a pixel; hint: begin anew with a smaller --lr, or with --clip", cost, even_odds);
}

double nats_per_image(LikelihoodModel& model, const Tensor& x) { return -mean(model.log_prob(x)).item(); }

double bits_per_dim(double nats_per_image, const Shape& image) {
  require(image.rank() == 4, "bits_per_dim", "image is {} but must be [N, C, H, W]", image);
  return nats_per_image / (std::numbers::ln2 * static_cast<double>(image[1] * image[2] * image[3]));
}

double total_probability(LikelihoodModel& model, Index side, const Indices& label) {
  const std::vector<double> p = joint_table(model, side, label);
  return std::accumulate(p.begin(), p.end(), 0.0);
}

}  // namespace gradfold
