#include "lessons/noisy_mixture.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tensor/elementwise.h"
#include "tensor/reduce.h"

namespace gradfold {
namespace {

void check_share(std::string_view who, double share) {
  require(share > 0 && share <= 1, who, "share is {} but must be above 0, up to 1", share);
}

}  // namespace

double most_lost_to_noise(const Tensor& log_p, Index pixels, double share) {
  check_share("most_lost_to_noise", share);
  const double log_noise = -static_cast<double>(pixels) * std::log(2.0);
  double most = -std::numeric_limits<double>::infinity();
  for (const double p : log_p.to_vector()) {
    const double of_model = std::log(share) + p, of_noise = std::log1p(-share) + log_noise;
    const auto [less, more] = std::minmax(of_model, of_noise);
    most = std::max(most, p - (more + std::log1p(std::exp(less - more))));
  }
  return most;
}

NoisySamples sample_noisy(ImageModel& model, const Shape& shape, double share, Rng rng) {
  check_share("sample_noisy", share);
  const Tensor of_p = rng.bernoulli(Tensor::full({shape[0], 1, 1, 1}, static_cast<Real>(share)));
  const Tensor noise = rng.bernoulli(Tensor::full(shape, Real(0.5)));
  return {where(of_p, model.sample(shape, rng), noise), shape[0] - static_cast<Index>(sum(of_p).item())};
}

}  // namespace gradfold
