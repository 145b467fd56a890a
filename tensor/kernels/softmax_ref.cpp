// The plain twins of softmax.cpp.
#include <cmath>
#include <limits>

#include "tensor/kernels/softmax.h"

namespace gradfold {
namespace {

struct Line {
  const Real* x;
  Index count, step;
  Real operator[](Index r) const { return x[r * step]; }
};

// The largest number; 0 where that is infinite or NaN, so that subtracting it makes no NaN of its own.
Real shift_of(const Line& x) {
  Real largest = -std::numeric_limits<Real>::infinity();
  for (Index r = 0; r < x.count; ++r) largest = x[r] > largest || x[r] != x[r] ? x[r] : largest;
  return std::isfinite(largest) ? largest : 0;
}

double sum_of_exp(const Line& x, Real shift) {
  double total = 0;
  for (Index r = 0; r < x.count; ++r) total += std::exp(x[r] - shift);
  return total;
}

template <class F>
void each_line(const Real* x, Index outer, Index count, Index inner, F f) {
  for (Index o = 0; o < outer; ++o) {
    for (Index j = 0; j < inner; ++j) f(Line{x + o * count * inner + j, count, inner}, o, j);
  }
}

}  // namespace

void softmax_middle_ref(const Real* x, Index outer, Index count, Index inner, Real* y) {
  each_line(x, outer, count, inner, [=](const Line& line, Index o, Index j) {
    const Real shift = shift_of(line);
    const double total = sum_of_exp(line, shift);
    for (Index r = 0; r < count; ++r) {
      y[(o * count + r) * inner + j] = static_cast<Real>(std::exp(line[r] - shift) / total);
    }
  });
}

void log_softmax_middle_ref(const Real* x, Index outer, Index count, Index inner, Real* y) {
  each_line(x, outer, count, inner, [=](const Line& line, Index o, Index j) {
    const Real shift = shift_of(line), log_total = static_cast<Real>(std::log(sum_of_exp(line, shift)));
    for (Index r = 0; r < count; ++r) y[(o * count + r) * inner + j] = line[r] - shift - log_total;
  });
}

void logsumexp_middle_ref(const Real* x, Index outer, Index count, Index inner, Real* y) {
  each_line(x, outer, count, inner, [=](const Line& line, Index o, Index j) {
    const Real shift = shift_of(line);
    y[o * inner + j] = shift + static_cast<Real>(std::log(sum_of_exp(line, shift)));
  });
}

}  // namespace gradfold
