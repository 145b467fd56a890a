#pragma once
#include "nn/module.h"

namespace gradfold {

// In training each element is 0 with probability p and x / (1 - p) otherwise; in evaluation y = x.
// Srivastava et al. 2014, "Dropout".   x of any shape -> y the same
// Draws from the Rng it is given, which must outlive it; put that Rng's state into checkpoints.
class Dropout : public Module {
 public:
  Dropout(Real p, Rng& rng);

  const Real p;

  Var forward(const Var& x) override;

 private:
  Rng& rng_;
};

}  // namespace gradfold
