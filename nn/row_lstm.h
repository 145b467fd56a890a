#pragma once
#include "nn/masked_conv2d.h"

namespace gradfold {

struct RowLstmOptions {
  Index kernel = 3;  // columns of the row above that a state sees; odd
  Index groups = 1;  // 3 for RGB, as in MaskedConv2d
};

// Row LSTM (van den Oord et al. 2016, "Pixel recurrent neural networks", 3.1): an LSTM whose steps are the rows of
// an image, each a whole row at once.
//
//   [i, f, g, o] = K_is * x_r + K_ss * h_r-1      c_r = f c_r-1 + i g      h_r = o tanh(c_r)
//
// K_is is a masked 1 x kernel convolution, computed for all rows beforehand; K_ss is 1 x kernel too and sees all of
// it, because the row above is known. So a pixel sees a triangle that widens by kernel / 2 columns a row upwards.
// Above the first row, and left and right of the image, the state is h0, c0, which are learned.
//   x [N, in, H, W] -> h [N, hidden, H, W]
class RowLstm : public Module {
 public:
  RowLstm(Index in, Index hidden, RowLstmOptions options = {});

  const Index in, hidden;
  const RowLstmOptions options;
  MaskedConv2d& input_to_state;  // in -> 4 hidden: i, f, g, o
  Var state_to_state;            // [4 hidden, hidden, kernel]
  Var h0, c0;                    // [hidden]

  Var forward(const Var& x) override;
  // The same row by row in plain ops: to be read, and what forward is tested against.
  Var composed(const Var& x);
};

}  // namespace gradfold
