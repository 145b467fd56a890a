#pragma once
#include "tensor/tensor.h"

namespace gradfold {

struct MatmulOptions {
  bool transpose_a = false;  // use a with its last two dimensions swapped; no copy is made
  bool transpose_b = false;
};

// Matrix product. a [M, K] x b [K, N] -> [M, N]; or batched, a [B, M, K] x b [B, K, N] -> [B, M, N].
Tensor matmul(const Tensor& a, const Tensor& b, MatmulOptions options = {});

// x [N, in] x weight [out, in] transposed + bias [out] -> [N, out]; bias may be undefined.
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias);

}  // namespace gradfold
