#pragma once
#include "autograd/var.h"
#include "tensor/matmul.h"

namespace gradfold {

// Matrix product, batched or not, either side transposed without a copy:
//   a [M, K] x b [K, N] -> [M, N];  a [B, M, K] x b [B, K, N] -> [B, M, N]
Var matmul(const Var& a, const Var& b, MatmulOptions options = {});

// x [..., in] x weight [out, in] transposed + bias [out] -> [..., out]; bias may be undefined.
Var linear(const Var& x, const Var& weight, const Var& bias = {});

}  // namespace gradfold
