#pragma once
#include <limits>

#include "tensor/real.h"

namespace gradfold {

inline constexpr Real kInf = std::numeric_limits<Real>::infinity();
inline constexpr Real kNan = std::numeric_limits<Real>::quiet_NaN();

}  // namespace gradfold
