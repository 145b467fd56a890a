#include "tests/arrays.h"

#include <cmath>

namespace gradfold {

std::vector<Real> numbers(Index n, unsigned seed) {
  std::vector<Real> v(static_cast<std::size_t>(n));
  for (Real& x : v) {
    seed = seed * 1664525u + 1013904223u;
    x = static_cast<Real>(seed >> 9) / (1 << 22) - 1;
  }
  return v;
}

double distance(const std::vector<Real>& a, const std::vector<Real>& b) {
  if (a.size() != b.size()) return 1e9;
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double off = std::abs(double(a[i]) - double(b[i]));
    worst = off > worst || std::isnan(off) ? off : worst;
  }
  return worst;
}

}  // namespace gradfold
