#pragma once
#include "autograd/ops/lstm.h"
#include "nn/masked_conv2d.h"

namespace gradfold {

struct DiagonalBiLstmOptions {
  Index groups = 1;  // 3 for RGB, as in MaskedConv2d
};

// Diagonal BiLSTM (van den Oord et al. 2016, "Pixel recurrent neural networks", 3.2): two LSTMs that cross the image
// along its diagonals, one from the top left, one from the top right. A state sees those of the pixel above and of
// the pixel before it in its row:
//
//   [i, f, g, o](r, s) = K_is x(r, s) + K_0 h(r-1, s) + K_1 h(r, s-1)      (the right one: s+1)
//
// so that together they see every earlier pixel. The paper skews the image, each row one pixel further to the right,
// to turn diagonals into columns; here they stay where they are and the cells of a diagonal are found by their index.
// What the right one has at (r, s) may depend on pixels to the right of s in row r, which come later: its map is
// shifted down by one row before the two are added. Outside the image the state is h0, c0, which are learned.
//   x [N, in, H, W] -> h [N, hidden, H, W]
class DiagonalBiLstm : public Module {
 public:
  DiagonalBiLstm(Index in, Index hidden, DiagonalBiLstmOptions options = {});

  const Index in, hidden;
  const DiagonalBiLstmOptions options;

  struct Direction : Module {
    Direction(Index in, Index hidden, Index groups);
    MaskedConv2d& input_to_state;  // 1 x 1, in -> 4 hidden: i, f, g, o
    Var state_to_state;            // [4 hidden, hidden, 2]: above; before in the row
    Var h0, c0;                    // [hidden]
    // x [N, H * W, in] -> h [N, H * W, hidden]: pixel by pixel, so that nothing is turned round on the way.
    Var run(const Var& x, const LstmScan& diagonals, Index groups);
    Var composed(const Var& x, Index groups);
  };
  Direction& left;
  Direction& right;

  Var forward(const Var& x) override;
  // The same as the paper does it, skewed and column by column in plain ops: to be read, and what forward is tested
  // against.
  Var composed(const Var& x);
};

// Row r of [N, C, H, W] one pixel further to the right than row r - 1, zeros elsewhere: [N, C, H, H + W - 1], whose
// columns are x's diagonals. unskew takes it back.
Var skew(const Var& x);
Var unskew(const Var& x);

}  // namespace gradfold
