#include "data/correlated_pairs.h"

#include <cmath>

namespace gradfold {

LabelledRows correlated_pairs(Index n, Index d, Rng& rng, double correlation) {
  require(d > 0 && d % 2 == 0, "correlated_pairs", "d is {} but must be even: features come in pairs", d);
  const double delta = 0.5 * std::sqrt(50.0 / static_cast<double>(d)),
               own = std::sqrt(1 - correlation * correlation);
  LabelledRows out{rng.normal({n, d}), Indices(Shape{n})};
  for (Index i = 0; i < n; ++i) {
    out.y[i] = static_cast<std::int32_t>(i % 2);
    const double side = (out.y[i] - 0.5) * delta;
    Real* row = out.x.data() + i * d;
    for (Index j = 0; j < d; j += 2) {
      row[j + 1] = static_cast<Real>(correlation * row[j] + own * row[j + 1] + 0.3 * side);
      row[j] += static_cast<Real>(side);
    }
  }
  return out;
}

}  // namespace gradfold
