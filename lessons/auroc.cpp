#include "lessons/auroc.h"

#include <algorithm>

namespace gradfold {

double auroc(const Tensor& higher, const Tensor& lower) {
  check_shape("auroc", "higher", higher.shape(), {"N"});
  check_shape("auroc", "lower", lower.shape(), {"M"});
  require(higher.numel() > 0 && lower.numel() > 0, "auroc", "there are {} scores and {}; both need 1 or more",
          higher.numel(), lower.numel());
  std::vector<Real> sorted = lower.to_vector();
  std::sort(sorted.begin(), sorted.end());
  double wins = 0;
  for (const Real score : higher.to_vector()) {
    const auto [ties, above] = std::equal_range(sorted.begin(), sorted.end(), score);
    wins += static_cast<double>(ties - sorted.begin()) + static_cast<double>(above - ties) / 2;
  }
  return wins / static_cast<double>(higher.numel()) / static_cast<double>(lower.numel());
}

}  // namespace gradfold
