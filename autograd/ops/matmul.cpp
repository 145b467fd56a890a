#include "autograd/ops/matmul.h"

#include <algorithm>

#include "autograd/ops/shape.h"
#include "autograd/record.h"
#include "tensor/reduce.h"

namespace gradfold {

// y = a b      da = dy b^T   db = a^T dy      saves: a if b wants a gradient, b if a does
// A side that was used transposed gets the transpose of that, computed directly: (dy b^T)^T = b dy^T.
Var matmul(const Var& a, const Var& b, MatmulOptions options) {
  Tensor keep_a = b.requires_grad() ? a.value() : Tensor();
  Tensor keep_b = a.requires_grad() ? b.value() : Tensor();
  return record("matmul", {a, b}, matmul(a.value(), b.value(), options),
                [a = std::move(keep_a), b = std::move(keep_b), options](const Tensor& dy, Needs need) {
                  const auto [ta, tb] = options;
                  Grads grads(2);
                  if (need[0]) grads[0] = ta ? matmul(b, dy, {tb, true}) : matmul(dy, b, {false, !tb});
                  if (need[1]) grads[1] = tb ? matmul(dy, a, {true, ta}) : matmul(a, dy, {!ta, false});
                  return grads;
                });
}

// y = x W^T + b      dx = dy W   dW = dy^T x   db = sum of dy over rows
// saves: x if W wants a gradient, W if x does
Var linear(const Var& x, const Var& weight, const Var& bias) {
  if (x.value().rank() != 2) {
    require(x.value().rank() > 0, "linear", "x is [] but must be [..., in]");
    Shape out = x.shape();
    out[out.rank() - 1] = weight.size(0);
    return reshape(linear(reshape(x, {x.numel() / std::max<Index>(x.size(-1), 1), x.size(-1)}), weight, bias), out);
  }
  Tensor keep_x = weight.requires_grad() ? x.value() : Tensor();
  Tensor keep_weight = x.requires_grad() ? weight.value() : Tensor();
  return record("linear", {x, weight, bias},
                linear(x.value(), weight.value(), bias.defined() ? bias.value() : Tensor()),
                [x = std::move(keep_x), weight = std::move(keep_weight)](const Tensor& dy, Needs need) {
                  Grads grads(3);
                  if (need[0]) grads[0] = matmul(dy, weight);
                  if (need[1]) grads[1] = matmul(dy, x, {.transpose_a = true});
                  if (need[2]) grads[2] = sum(dy, {0});
                  return grads;
                });
}

}  // namespace gradfold
