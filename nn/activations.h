#pragma once
#include "nn/module.h"

// Activations as modules, for Sequential; the functions themselves are in autograd/ops/activations.h.
// x of any shape -> y the same; no parameters.
namespace gradfold {

struct ReLU : Module {
  Var forward(const Var& x) override;
};

struct LeakyReLU : Module {
  explicit LeakyReLU(Real slope = Real(0.01)) : slope(slope) {}
  const Real slope;
  Var forward(const Var& x) override;
};

struct ELU : Module {
  explicit ELU(Real alpha = 1) : alpha(alpha) {}
  const Real alpha;
  Var forward(const Var& x) override;
};

struct GELU : Module {
  Var forward(const Var& x) override;
};

struct SiLU : Module {
  Var forward(const Var& x) override;
};

struct Tanh : Module {
  Var forward(const Var& x) override;
};

struct Sigmoid : Module {
  Var forward(const Var& x) override;
};

struct Softplus : Module {
  Var forward(const Var& x) override;
};

}  // namespace gradfold
