#pragma once
#include "nn/optim/optimizer.h"

namespace gradfold {

struct SgdOptions {
  double lr = 1e-3;
  double momentum = 0;
  bool nesterov = false;
  double weight_decay = 0;  // added to the gradient
};

// Stochastic gradient descent, PyTorch's form of momentum:
//   b = momentum b + g        w -= lr b        (nesterov: w -= lr (g + momentum b))
class Sgd : public Optimizer {
 public:
  explicit Sgd(std::vector<Var> parameters, SgdOptions options = {});
  const SgdOptions options;

 protected:
  void update(const Update& u) const override;
};

}  // namespace gradfold
