#pragma once
#include "nn/module.h"

namespace gradfold {

struct DropoutOptions {
  Real p = 0;          // the share that is dropped
  Rng* rng = nullptr;  // to draw from; may be null if p is 0
};

// In training each element is 0 with probability p and x / (1 - p) otherwise; in evaluation y = x.
// Srivastava et al. 2014, "Dropout".   x of any shape -> y the same
// Draws from the Rng it is given, which must outlive it; put that Rng's state into checkpoints, or let a DropoutStream
// hold it.
class Dropout : public Module {
 public:
  Dropout(Real p, Rng& rng) : Dropout(DropoutOptions{p, &rng}) {}
  explicit Dropout(DropoutOptions options);

  const Real p;

  Var forward(const Var& x) override;

 private:
  Rng* rng_;
};

// What the dropout layers of one net draw from: other numbers in each training pass. The passes are counted in a buffer
// of the net, so a run that goes on from a checkpoint draws what the uninterrupted one would have drawn.
class DropoutStream : public Module {
 public:
  // percent: 0 .. 99 of each layer's elements; with 0 there is no buffer and nothing is drawn.
  explicit DropoutStream(Index percent);

  // For the net's layers.
  DropoutOptions options() { return {static_cast<Real>(percent_) / 100, &rng_}; }
  // To be called where the net's forward begins.
  void begin_pass();

 private:
  const Index percent_;
  Rng rng_;
  Tensor* passes_ = nullptr;  // [1]
};

// True for the name of a DropoutStream's count in the state of a net whose child "dropout" it is: it says how far a run
// has come, not what was learned.
bool is_dropout_count(std::string_view name);

}  // namespace gradfold
