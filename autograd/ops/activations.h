#pragma once
#include "autograd/var.h"
#include "tensor/elementwise.h"  // so that Tensors find their own and are not turned into Vars

namespace gradfold {

Var relu(const Var& x);                            // max(x, 0); gradient 0 at 0
Var leaky_relu(const Var& x, Real slope = Real(0.01));  // slope * x below 0
Var elu(const Var& x, Real alpha = 1);             // alpha * (exp(x) - 1) below 0
// elu of x and of -x, one after the other along the channels: what either sign loses the other keeps (Salimans et al.
// 2017, arXiv 1701.05517).   x [N, C, ...] -> [N, 2C, ...]
Var concat_elu(const Var& x);
Var gelu(const Var& x);                            // x * Phi(x), the exact form
Var silu(const Var& x);                            // x * sigmoid(x)
Var tanh(const Var& x);
Var sigmoid(const Var& x);
Var softplus(const Var& x);                        // log(1 + exp(x)), without overflow
Var log_sigmoid(const Var& x);                     // -softplus(-x)

}  // namespace gradfold
