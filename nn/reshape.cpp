#include "nn/reshape.h"

#include "autograd/ops/shape.h"

namespace gradfold {

Var Flatten::forward(const Var& x) { return flatten(x, 1); }

Var Unflatten::forward(const Var& x) {
  check_shape("Unflatten", "x", x.shape(), {"N", sample.numel()});
  Shape shape = sample;
  shape.insert(0, x.size(0));
  return reshape(x, shape);
}

}  // namespace gradfold
