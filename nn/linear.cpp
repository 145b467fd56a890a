#include "nn/linear.h"

#include "autograd/ops/matmul.h"

namespace gradfold {

Linear::Linear(Index in, Index out, bool bias)
    : in(in), out(out), weight(param("weight", {out, in}, init::torch_default({out, in}))),
      bias(bias ? param("bias", {out}, init::torch_default({out, in})) : Var()) {}

Var Linear::forward(const Var& x) {
  const Shape& shape = x.shape();
  const bool fits = shape.rank() > 0 && shape[shape.rank() - 1] == in;
  if (!fits) check_shape("Linear", "x", shape, {"N", in});
  return linear(x, weight, bias);
}

}  // namespace gradfold
