#pragma once
#include <string>

#include "tensor/tensor.h"

namespace gradfold {

// x [H, W] or [1, H, W] of 0..1 as text, two rows of pixels to a line of half blocks, for a look without
// leaving the terminal. With color in 24 greys (ANSI escapes), else ink where x > 0.5.
std::string terminal_picture(const Tensor& x, bool color = false);

}  // namespace gradfold
