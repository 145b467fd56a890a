#include "nn/sequential.h"

namespace gradfold {

Module& Sequential::operator[](std::size_t i) {
  require(i < steps_.size(), "Sequential", "there is no module {}; it has {}", i, steps_.size());
  return *steps_[i];
}

Var Sequential::forward(const Var& x) {
  Var y = x;
  for (Module* step : steps_) y = (*step)(y);
  return y;
}

}  // namespace gradfold
