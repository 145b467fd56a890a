#pragma once
#include "nn/module.h"

namespace gradfold {

// What an LSTM hands from one step to the next: h [N, hidden, ...], what it says, and c likewise, what it remembers.
struct LstmState {
  Var h, c;
};

// A step from the gates' sums [N, 4 hidden, ...], in PyTorch's order i, f, g, o:
//   i, f, o = sigmoid(...), g = tanh(...)      c' = f c + i g      h' = o tanh(c')
LstmState lstm_step(const Var& gates, const Var& c);

// One step of an LSTM (Hochreiter & Schmidhuber 1997), written out: read this one; nn/lstm.h is what runs.
//
//   h', c' = lstm_step(W_ih x + b_ih + W_hh h + b_hh, c)
//   weight_ih [4 hidden, in], weight_hh [4 hidden, hidden], bias_ih and bias_hh [4 hidden]
class LstmCell : public Module {
 public:
  LstmCell(Index in, Index hidden);

  const Index in, hidden;
  Var weight_ih, weight_hh, bias_ih, bias_hh;

  // x [N, in]
  LstmState step(const Var& x, const LstmState& before);
};

}  // namespace gradfold
