#pragma once
#include "autograd/var.h"

namespace gradfold {

// The gate of Gated PixelCNN: y = tanh(a) sigmoid(b), a and b the two halves of x's channels (van den Oord et al. 2016,
// arXiv 1606.05328, section 2.3).   x [N, 2p, ...] -> y [N, p, ...]
Var gate(const Var& x);

}  // namespace gradfold
