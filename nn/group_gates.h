#pragma once
#include "autograd/var.h"

namespace gradfold {

// For nets of RGB images that have several gates a map. A masked convolution with channel groups gives R's gates, then
// G's, then B's; here all groups' first gates come first, then the second ones, ... With one group nothing changes.
//   x [N, gates * maps, H, W] -> the same
Var group_gates(const Var& x, Index groups, Index gates);

}  // namespace gradfold
