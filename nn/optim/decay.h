#pragma once
#include <cmath>
#include <limits>

#include "tensor/real.h"

namespace gradfold {

// What becomes of a moving average that an optimizer keeps: itself, or 0 if it has decayed below the normal numbers.
// Where gradients have ended (a pixel that is blank in every image), an average shrinks until it is denormal and stays
// so, because 0.9 times the smallest number rounds up to it. Processors take ten times as long over such numbers
// (`./gf bench optimizer`), and no weight moves by them.
inline Real decayed(Real average) { return std::abs(average) < std::numeric_limits<Real>::min() ? Real(0) : average; }

}  // namespace gradfold
