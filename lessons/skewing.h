#pragma once
#include "viz/image.h"

// How a Diagonal BiLSTM makes columns of an image's diagonals (skew of nn/diagonal_bilstm.h), as a picture.
namespace gradfold {

// An image [1, 1, H, W] in dark ink, each of its diagonals r + s on paper of its own colour: [1, 3, H, W].
Tensor on_coloured_diagonals(const Tensor& image);

// x [1, C, H, W], skewed, and back again, side by side.
Image skewing(const Tensor& x);

}  // namespace gradfold
