#pragma once
#include "autograd/var.h"
#include "tensor/elementwise.h"  // so that Tensors find their own and are not turned into Vars

namespace gradfold {

Var relu(const Var& x);                            // max(x, 0); gradient 0 at 0
Var leaky_relu(const Var& x, Real slope = Real(0.01));  // slope * x below 0
Var elu(const Var& x, Real alpha = 1);             // alpha * (exp(x) - 1) below 0
Var gelu(const Var& x);                            // x * Phi(x), the exact form
Var silu(const Var& x);                            // x * sigmoid(x)
Var tanh(const Var& x);
Var sigmoid(const Var& x);
Var softplus(const Var& x);                        // log(1 + exp(x)), without overflow
Var log_sigmoid(const Var& x);                     // -softplus(-x)

}  // namespace gradfold
