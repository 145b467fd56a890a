#pragma once
#include "nn/module.h"

namespace gradfold {

// y = x W^T + b.   x [..., in] -> y [..., out];  weight [out, in], bias [out]
class Linear : public Module {
 public:
  Linear(Index in, Index out, bool bias = true);

  const Index in, out;
  Var weight;
  Var bias;  // undefined without bias

  Var forward(const Var& x) override;
};

}  // namespace gradfold
