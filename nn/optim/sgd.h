#pragma once
#include "nn/optim/optimizer.h"

namespace gradfold {

struct SGDOptions {
  double lr = 1e-3;
  double momentum = 0;
  bool nesterov = false;
  double weight_decay = 0;  // added to the gradient
};

// Stochastic gradient descent, PyTorch's form of momentum:
//   b = momentum b + g        w -= lr b        (nesterov: w -= lr (g + momentum b))
class SGD : public Optimizer {
 public:
  explicit SGD(std::vector<Var> parameters, SGDOptions options = {});
  const SGDOptions options;

 protected:
  void update(const Update& u) const override;
};

}  // namespace gradfold
