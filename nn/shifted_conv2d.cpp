#include "nn/shifted_conv2d.h"

#include "autograd/ops.h"

namespace gradfold {

ShiftedConv2d::ShiftedConv2d(Shift shift, Index in, Index out, Size2 kernel, ShiftedConvOptions options)
    : WeightNormed({out, in, kernel.h, kernel.w}, /*out=*/0, options.gain), shift(shift), in(in), out(out),
      kernel(kernel), options(options) {
  require(shift == Shift::kDownRight || kernel.w % 2 == 1, "ShiftedConv2d",
          "the kernel has {} columns but must have an odd number: the pixel's and as many on either side", kernel.w);
}

Var ShiftedConv2d::forward(const Var& x) {
  check_shape("ShiftedConv2d", "x", x.shape(), {"N", in, "H", "W"});
  const Index stride = options.stride;
  const Size2 padding{kernel.h - 1, left()};
  // One window for each pixel that the stride meets, less than the padding would allow.
  const auto extra = [stride](Index size, Index padding, Index kernel) {
    return (size + 2 * padding - kernel) / stride + 1 - (size + stride - 1) / stride;
  };
  const Size2 crop{extra(x.size(2), padding.h, kernel.h), extra(x.size(3), padding.w, kernel.w)};
  return run([&] { return conv2d(x, weight(), bias, {.stride = stride, .padding = padding, .crop = crop}); });
}

ShiftedConvTranspose2d::ShiftedConvTranspose2d(Shift shift, Index in, Index out)
    : WeightNormed({in, out, 2, shift == Shift::kDown ? 3 : 2}, /*out=*/1, /*gain=*/1), shift(shift), in(in), out(out),
      kernel(2, shift == Shift::kDown ? 3 : 2) {}

Var ShiftedConvTranspose2d::to_size(const Var& x, Size2 size) {
  check_shape("ShiftedConvTranspose2d", "x", x.shape(), {"N", in, "H", "W"});
  require((size.h + 1) / 2 == x.size(2) && (size.w + 1) / 2 == x.size(3), "ShiftedConvTranspose2d",
          "x is {} but a stride of 2 does not make it of {} x {}", x.shape(), size.h, size.w);
  return run([&] {
    const bool centred = shift == Shift::kDown;
    Var y = conv_transpose2d(x, weight(), bias, {.stride = 2, .padding = {0, centred ? 1 : 0}}, {0, centred ? 1 : 0});
    if (y.size(2) != size.h) y = slice(y, 2, 0, size.h);
    return y.size(3) != size.w ? slice(y, 3, 0, size.w) : y;
  });
}

}  // namespace gradfold
