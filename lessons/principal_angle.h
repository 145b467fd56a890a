#pragma once
#include "tensor/tensor.h"

namespace gradfold {

// The largest angle between two subspaces of the same dimension, in degrees: 0 if they are one and the same, however
// their axes lie in them; 90 if one holds a direction that is at right angles to all of the other. The subspaces are
// those that the columns of a [D, K] and of b [D, K] span.
double largest_principal_angle(const Tensor& a, const Tensor& b);

}  // namespace gradfold
