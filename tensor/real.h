#pragma once
#include <cstdint>

// The element type of every tensor. The project is built with float; gradient checks build the same
// sources once more with -DGRADFOLD_REAL=double, because float32 differences cannot tell a wrong
// gradient from rounding.
#ifndef GRADFOLD_REAL
#define GRADFOLD_REAL float
#endif

namespace gradfold {

using Real = GRADFOLD_REAL;
using Index = std::int64_t;

// True where the vectorised kernels run; the double build runs their plain `_ref` twins.
inline constexpr bool kFastKernels = sizeof(Real) == 4;

}  // namespace gradfold
