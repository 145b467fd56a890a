#include "tests/disagreement.h"

#include <algorithm>
#include <cmath>

#include "tests/doctest.h"

namespace gradfold {

double disagreement(const Tensor& a, const Tensor& b) {
  REQUIRE(a.shape() == b.shape());
  const std::vector<Real> x = a.to_vector(), y = b.to_vector();
  double largest = 1, worst = 0;
  for (Real v : y) largest = std::max<double>(largest, std::abs(v));
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double error = std::abs(x[i] - y[i]) / (2e-6 * largest + 1e-5 * std::abs(y[i]));
    worst = std::isnan(error) ? HUGE_VAL : std::max(worst, error);
  }
  return worst;
}

}  // namespace gradfold
