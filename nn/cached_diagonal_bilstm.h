#pragma once
#include "nn/cached_masked_conv.h"
#include "nn/diagonal_bilstm.h"

namespace gradfold {

// DiagonalBiLstm one pixel at a time. The left LSTM needs the states above and before the pixel. The right one comes
// from later pixels of a row, but its maps are shifted down: when a row is begun, the row above is known whole, and
// it runs over that at once, from the right.
class CachedDiagonalBiLstm : public PixelLayer {
 public:
  CachedDiagonalBiLstm(const DiagonalBiLstm& layer, Index n, Index width);

  Tensor at(Index y, Index x, const Tensor& in) override;

 private:
  struct Direction {
    Direction(const DiagonalBiLstm::Direction& layer, Index n, Index width);
    // gates [N, 4 hidden], from the input, of pixel (y, x); `before` is the column of the pixel before it in its row.
    Tensor step(Index y, Index x, Index before, Tensor gates);

    CachedMaskedConv input_to_state;
    Tensor above, beside;  // state to state, [hidden, 4 hidden]
    PixelMaps h, c;
  };
  void run_right(Index y);  // over the whole of row y

  Index width_;
  Direction left_, right_;
  PixelMaps right_gates_;  // of the row that is being made, from the input
  Index begun_ = 0;        // the row whose pixels are being made
};

}  // namespace gradfold
