#include "lessons/comparison.h"

#include <chrono>
#include <cmath>

#include "lessons/two_sample.h"
#include "tensor/check.h"
#include "tensor/elementwise.h"

namespace gradfold {

Lead paired_lead(const Tensor& a, const Tensor& b) {
  check_shape("paired_lead", "a", a.shape(), {"N"});
  require(a.shape() == b.shape(), "paired_lead", "a is {} but b is {}; both must be of the same images", a.shape(),
          b.shape());
  require(a.numel() >= 2, "paired_lead", "{} image has no spread; at least 2 are needed", a.numel());
  const Tensor difference = a - b;
  const Spread over_images = spread({difference.data(), difference.data() + difference.numel()});
  return {over_images.mean, over_images.deviation / std::sqrt(static_cast<double>(a.numel()))};
}

std::vector<double> median_seconds(int rounds, const std::vector<std::function<void()>>& ways) {
  require(rounds >= 1, "median_seconds", "rounds is {} but must be 1 or more", rounds);
  using Clock = std::chrono::steady_clock;
  std::vector<std::vector<double>> times(ways.size());
  for (int round = 0; round <= rounds; ++round) {
    for (std::size_t i = 0; i < ways.size(); ++i) {
      const Clock::time_point start = Clock::now();
      ways[i]();
      const std::chrono::duration<double> took = Clock::now() - start;
      if (round > 0) times[i].push_back(took.count());
    }
  }
  std::vector<double> middle;
  for (std::vector<double>& of_one : times) middle.push_back(median(std::move(of_one)));
  return middle;
}

}  // namespace gradfold
