#pragma once
#include "autograd/ops/lstm.h"

// What Row LSTM and Diagonal BiLSTM share.
namespace gradfold {

// An LSTM over a plane, maps in and maps out:
//   gates [N, 4h, H, W] in the order i, f, g, o, weight [4h, h, taps], h0 and c0 [h] -> h [N, h, H, W]
Var lstm_plane(const Var& gates, const Var& weight, const Var& h0, const Var& c0, const LstmScan& scan);

// state [h] everywhere in `shape` [N, h, H, W].
Var fill_plane(const Var& state, const Shape& shape);

}  // namespace gradfold
