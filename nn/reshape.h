#pragma once
#include "nn/module.h"

// Changes of shape as modules, for Sequential.
namespace gradfold {

// x [N, ...] -> y [N, everything]
struct Flatten : Module {
  Var forward(const Var& x) override;
};

// x [N, everything] -> y [N, sample]: the way back to images.
struct Unflatten : Module {
  explicit Unflatten(const Shape& sample) : sample(sample) {}
  const Shape sample;
  Var forward(const Var& x) override;
};

}  // namespace gradfold
