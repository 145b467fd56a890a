#pragma once
#include "autograd/ops/lstm.h"

// What Row LSTM and Diagonal BiLSTM share.
namespace gradfold {

// Maps [N, C, H, W] pixel by pixel, [N, H * W, C], as lstm_scan() takes them, and back.
Var to_pixels(const Var& maps);
Var to_maps(const Var& pixels, Index height, Index width);

// state [h] everywhere in `shape` [N, h, H, W].
Var fill_plane(const Var& state, const Shape& shape);

}  // namespace gradfold
