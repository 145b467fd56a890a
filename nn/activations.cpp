#include "nn/activations.h"

#include "autograd/ops/activations.h"

namespace gradfold {

Var ReLU::forward(const Var& x) { return relu(x); }
Var LeakyReLU::forward(const Var& x) { return leaky_relu(x, slope); }
Var ELU::forward(const Var& x) { return elu(x, alpha); }
Var GELU::forward(const Var& x) { return gelu(x); }
Var SiLU::forward(const Var& x) { return silu(x); }
Var Tanh::forward(const Var& x) { return tanh(x); }
Var Sigmoid::forward(const Var& x) { return sigmoid(x); }
Var Softplus::forward(const Var& x) { return softplus(x); }

}  // namespace gradfold
