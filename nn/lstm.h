#pragma once
#include <vector>

#include "nn/module.h"

namespace gradfold {

// LSTM over sequences, `layers` of them one upon the other (torch.nn.LSTM with batch_first; its parameters by name,
// shape and order). Each step is that of nn/lstm_cell.h, from h = c = 0; what all steps get from the input is one
// product beforehand, and the steps themselves are one op.
//   x [N, T, in] -> h of the last layer [N, T, hidden]
//   weight_ih_lK [4 hidden, in or hidden], weight_hh_lK [4 hidden, hidden], bias_ih_lK and bias_hh_lK [4 hidden]
class Lstm : public Module {
 public:
  Lstm(Index in, Index hidden, Index layers = 1);

  const Index in, hidden;
  struct Layer {
    Var weight_ih, weight_hh, bias_ih, bias_hh;
  };
  const std::vector<Layer> layers;

  Var forward(const Var& x) override;

 private:
  std::vector<Layer> declare(Index count);
};

}  // namespace gradfold
