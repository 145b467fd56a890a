#pragma once
#include "nn/optim/optimizer.h"

namespace gradfold {

struct RMSPropOptions {
  double lr = 1e-2;
  double alpha = 0.99;  // how much of the old average stays
  double eps = 1e-8;
  double momentum = 0;
  double weight_decay = 0;  // added to the gradient
};

// Tieleman & Hinton 2012; what PixelRNN was trained with.
//   v = alpha v + (1 - alpha) g^2     b = momentum b + g / (sqrt(v) + eps)     w -= lr b
class RMSProp : public Optimizer {
 public:
  explicit RMSProp(std::vector<Var> parameters, RMSPropOptions options = {});
  const RMSPropOptions options;

 protected:
  void update(const Update& u) const override;
};

}  // namespace gradfold
