#pragma once
#include "tensor/real.h"

namespace gradfold {

// How a convolution is shared out. Neither depends on the number of threads, so no sum does.
inline constexpr Index kTaskWork = 1 << 20;  // multiply-adds worth handing to another thread
inline constexpr Index kTasks = 8;           // into which the sum of a weight's gradient, or few images, are cut, about

inline constexpr Index kCacheSize = 1 << 21;  // elements that may still lie in a cache when somebody reads them

}  // namespace gradfold
