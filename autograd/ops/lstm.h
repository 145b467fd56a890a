#pragma once
#include "autograd/var.h"
#include "tensor/kernels/lstm_scan.h"

namespace gradfold {

// LSTM cells over a plane, line by line: the recurrent part of LSTM, Row LSTM and Diagonal BiLSTM. Which cell
// sees which, and where it lies in the image, is in `scan` (tensor/kernels/lstm_scan.h).
//   x [N, pixels, 4h], what each gate gets from the input, in PyTorch's order i, f, g, o
//   weight [4h, h, taps], h0 and c0 [h] for every place, or [width, h]
//   -> h [N, pixels, h]
Var lstm_scan(const Var& x, const Var& weight, const Var& h0, const Var& c0, const LstmScan& scan);

}  // namespace gradfold
