#pragma once
#include "tensor/real.h"

namespace gradfold {

struct TwoSums {
  double first = 0, second = 0;
};

// Sums of f(i) and of g(i) over i < n, in one pass and in double: 32 running sums each, side by side, which the
// compiler turns into vectors, added pairwise at the end.
template <class F, class G>
TwoSums lane_sums(Index n, F f, G g) {
  constexpr int kLanes = 32;
  double a[kLanes] = {}, b[kLanes] = {};
  Index i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int j = 0; j < kLanes; ++j) {
      a[j] += f(i + j);
      b[j] += g(i + j);
    }
  }
  for (int j = 0; i + j < n; ++j) {
    a[j] += f(i + j);
    b[j] += g(i + j);
  }
  for (int half = kLanes / 2; half > 0; half /= 2) {
    for (int j = 0; j < half; ++j) {
      a[j] += a[j + half];
      b[j] += b[j + half];
    }
  }
  return {a[0], b[0]};
}

// Mean and variance (over n) of what was summed less `shift`. A shift near the numbers keeps the difference of
// the two sums from cancelling.
struct MeanVariance {
  double mean, variance;
  MeanVariance(TwoSums of_shifted, double n, double shift) {
    const double offset = of_shifted.first / n, spread = of_shifted.second / n - offset * offset;
    mean = shift + offset;
    variance = spread < 0 ? 0 : spread;  // rounding; NaN stays NaN
  }
};

}  // namespace gradfold
