#pragma once
#include <cmath>
#include <limits>

#include "tensor/real.h"

// Where gradients have ended (a pixel that is blank in every image), an optimizer's moving averages shrink until they
// are denormal and stay so, because 0.9 times the smallest number rounds up to it. Processors take ten times as long
// over such numbers (`./gf bench optimizer`), and no weight moves by them: they become 0.
namespace gradfold {

// An average of squares, or 0 if it is below the normal numbers.
inline Real decayed_square(Real average) {
  return std::abs(average) < std::numeric_limits<Real>::min() ? Real(0) : average;
}

// An average of gradients, or 0 if it is so small that its product with a learning rate may be denormal as well.
inline Real decayed(Real average) {
  constexpr Real kLeast = std::numeric_limits<Real>::min() / std::numeric_limits<Real>::epsilon();
  return std::abs(average) < kLeast ? Real(0) : average;
}

}  // namespace gradfold
