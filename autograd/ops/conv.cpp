#include "autograd/ops/conv.h"

#include "autograd/record.h"
#include "tensor/map.h"
#include "tensor/reduce.h"

namespace gradfold {
namespace {

// What of dy passes a relu whose result is y.
Tensor passed_by_relu(const Tensor& dy, const Tensor& y) {
  return map(dy, y, [](Real g, Real t) { return t > 0 ? g : Real(0); });
}

}  // namespace

// y = x * W + b      dx = dy (*) W   dW = x (*) dy   db = sum of dy over N, H, W
// With relu, y = max(x * W + b, 0) and dy counts where y > 0.
// saves: x if W wants a gradient, W if x does; y with relu
Var conv2d(const Var& x, const Var& weight, const Var& bias, const Conv2dOptions& options) {
  Tensor y = conv2d(x.value(), weight.value(), bias.defined() ? bias.value() : Tensor(), options);
  Tensor keep_x = weight.requires_grad() ? x.value() : Tensor();
  Tensor keep_weight = x.requires_grad() ? weight.value() : Tensor();
  Tensor keep_y = options.relu ? y : Tensor();
  return record("conv2d", {x, weight, bias}, std::move(y),
                [x = std::move(keep_x), weight = std::move(keep_weight), y = std::move(keep_y), x_shape = x.shape(),
                 weight_shape = weight.shape(), options](const Tensor& dresult, Needs need) {
                  const Tensor dy = options.relu ? passed_by_relu(dresult, y) : dresult;
                  Grads grads(3);
                  if (need[0]) grads[0] = conv2d_backward_input(dy, weight, x_shape, options);
                  if (need[1]) {
                    grads[1] = conv2d_backward_weight(dy, x, weight_shape, options, need[2] ? &grads[2] : nullptr);
                  } else if (need[2]) {
                    grads[2] = sum(dy, {0, 2, 3});
                  }
                  return grads;
                });
}

// y = conv2d's transpose of x, + b      dx = conv2d(dy, W)   dW = conv2d's dW with dy for x and x for dy
// db = sum of dy over N, H, W      saves: x if W wants a gradient, W if x does
Var conv_transpose2d(const Var& x, const Var& weight, const Var& bias, const Conv2dOptions& options,
                     Size2 output_padding) {
  Tensor y = conv_transpose2d(x.value(), weight.value(), bias.defined() ? bias.value() : Tensor(), options,
                              output_padding);
  Tensor keep_x = weight.requires_grad() ? x.value() : Tensor();
  Tensor keep_weight = x.requires_grad() ? weight.value() : Tensor();
  return record("conv_transpose2d", {x, weight, bias}, std::move(y),
                [x = std::move(keep_x), weight = std::move(keep_weight), weight_shape = weight.shape(),
                 options](const Tensor& dy, Needs need) {
                  Grads grads(3);
                  if (need[0]) grads[0] = conv2d(dy, weight, Tensor(), options);
                  if (need[1]) grads[1] = conv2d_backward_weight(x, dy, weight_shape, options);
                  if (need[2]) grads[2] = sum(dy, {0, 2, 3});
                  return grads;
                });
}

}  // namespace gradfold
