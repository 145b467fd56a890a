#pragma once
#include "nn/cached_masked_conv.h"
#include "nn/row_lstm.h"

namespace gradfold {

// RowLstm one pixel at a time: of the states it keeps the row above.
class CachedRowLstm : public PixelLayer {
 public:
  CachedRowLstm(const RowLstm& layer, Index n, Index width);

  Tensor at(Index y, Index x, const Tensor& in) override;

 private:
  CachedMaskedConv input_to_state_;
  Tensor weight_;  // [kernel * hidden, 4 hidden]
  Index margin_;   // columns that a state sees to each side in the row above
  PixelMaps h_, c_;
};

}  // namespace gradfold
