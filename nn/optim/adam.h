#pragma once
#include "nn/optim/optimizer.h"

namespace gradfold {

struct AdamOptions {
  double lr = 1e-3;
  double beta1 = 0.9, beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 0;  // added to the gradient
};

// Kingma & Ba 2015, "Adam".  m, v: moving averages of the gradient g and of g^2, freed from their start at 0:
//   m = beta1 m + (1 - beta1) g        v = beta2 v + (1 - beta2) g^2
//   w -= lr m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps)
class Adam : public Optimizer {
 public:
  explicit Adam(std::vector<Var> parameters, AdamOptions options = {});
  const AdamOptions options;

 protected:
  void update(const Update& u) const override;
};

struct AdamWOptions {
  double lr = 1e-3;
  double beta1 = 0.9, beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 1e-2;  // w *= 1 - lr * weight_decay, beside the gradient step
};

// Adam with weight decay taken off the weight itself (Loshchilov & Hutter 2019, "Decoupled weight decay").
class AdamW : public Optimizer {
 public:
  explicit AdamW(std::vector<Var> parameters, AdamWOptions options = {});
  const AdamWOptions options;

 protected:
  void update(const Update& u) const override;
};

}  // namespace gradfold
