#pragma once
#include "tensor/real.h"

namespace gradfold {

// How a convolution is shared out. Neither depends on the number of threads, so no sum does.
inline constexpr Index kTaskWork = 1 << 20;  // multiply-adds worth handing to another thread
inline constexpr Index kTasks = 8;           // into which the sum of a weight's gradient, or few images, are cut

}  // namespace gradfold
