#pragma once
#include <string>

#include "tensor/tensor.h"

namespace gradfold {

// Columns of the terminal that a file descriptor writes to, as its window is now; 0 for a file or a pipe.
int terminal_width(int descriptor);

// x [H, W] or [1, H, W] of 0..1 as text, two rows of pixels to a line of half blocks, for a look without
// leaving the terminal. With color in 24 greys (ANSI escapes), else ink where x > 0.5.
std::string terminal_picture(const Tensor& x, bool color = false);
// The first of images [N, 1, H, W] side by side, as many as fit into so many columns; "" if none does.
std::string terminal_row(const Tensor& images, int columns, bool color = false);

}  // namespace gradfold
