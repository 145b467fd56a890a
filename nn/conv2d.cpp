#include "nn/conv2d.h"

#include "autograd/ops/conv.h"

namespace gradfold {

Conv2d::Conv2d(Index in, Index out, Size2 kernel, ConvOptions options)
    : in(in), out(out), kernel(kernel), options(options),
      weight(param("weight", {out, in, kernel.h, kernel.w}, init::torch_default({out, in, kernel.h, kernel.w}))),
      bias(options.bias ? param("bias", {out}, init::torch_default(weight.shape())) : Var()) {}

Var Conv2d::forward(const Var& x) {
  check_shape("Conv2d", "x", x.shape(), {"N", in, "H", "W"});
  const Index height = x.size(2) + 2 * options.padding.h, width = x.size(3) + 2 * options.padding.w;
  require(height >= kernel.h && width >= kernel.w, "Conv2d",
          "x is {}, {} x {} with padding, but the kernel is {} x {}; hint: raise padding or use a smaller kernel",
          x.shape(), height, width, kernel.h, kernel.w);
  return conv2d(x, weight, bias, {.stride = options.stride, .padding = options.padding});
}

}  // namespace gradfold
