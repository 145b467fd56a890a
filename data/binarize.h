#pragma once
#include "tensor/random.h"
#include "tensor/tensor.h"

namespace gradfold {

// Grey levels to 0 and 1.

// 1 where x >= threshold: the same image each time.
Tensor binarize_threshold(const Tensor& x, Real threshold = Real(0.5));

// 1 with probability x (grey levels 0..1), drawn anew on every call: Salakhutdinov and Murray (2008) drew
// binarized MNIST this way once and kept it; drawing for every batch keeps a net from learning the draw.
Tensor binarize_stochastic(const Tensor& x, Rng& rng);

}  // namespace gradfold
