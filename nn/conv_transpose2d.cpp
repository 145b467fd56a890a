#include "nn/conv_transpose2d.h"

#include "autograd/ops/conv.h"

namespace gradfold {

ConvTranspose2d::ConvTranspose2d(Index in, Index out, Size2 kernel, ConvTransposeOptions options)
    : in(in), out(out), kernel(kernel), options(options),
      weight(param("weight", {in, out, kernel.h, kernel.w}, init::torch_default({in, out, kernel.h, kernel.w}))),
      bias(options.bias ? param("bias", {out}, init::torch_default(weight.shape())) : Var()) {}

Var ConvTranspose2d::forward(const Var& x) {
  check_shape("ConvTranspose2d", "x", x.shape(), {"N", in, "H", "W"});
  return conv_transpose2d(x, weight, bias, {.stride = options.stride, .padding = options.padding},
                          options.output_padding);
}

}  // namespace gradfold
