#include "nn/linear.h"

#include "autograd/ops/matmul.h"

namespace gradfold {

Linear::Linear(Index in, Index out, bool bias)
    : in(in), out(out), weight(param("weight", {out, in}, init::torch_default({out, in}))),
      bias(bias ? param("bias", {out}, init::torch_default({out, in})) : Var()) {}

Var Linear::forward(const Var& x) {
  check_shape("Linear", "x", x.shape(), {"...", in});
  return linear(x, weight, bias);
}

}  // namespace gradfold
