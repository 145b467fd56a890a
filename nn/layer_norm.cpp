#include "nn/layer_norm.h"

#include <algorithm>

#include "autograd/ops/arithmetic.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/reduce.h"

namespace gradfold {

LayerNorm::LayerNorm(const Shape& normalized, LayerNormOptions options)
    : normalized(normalized), options(options),
      weight(options.affine ? param("weight", normalized, init::ones()) : Var()),
      bias(options.affine ? param("bias", normalized, init::zeros()) : Var()) {}

Var LayerNorm::forward(const Var& x) {
  const int leading = x.shape().rank() - normalized.rank();
  const bool fits = leading >= 0 && std::equal(normalized.begin(), normalized.end(), x.shape().begin() + leading);
  require(fits, "LayerNorm", "x is {} but its last dimensions must be {}", x.shape(), normalized);
  Dims dims;
  for (int d = leading; d < x.shape().rank(); ++d) dims.push_back(d);
  const Var centred = x - mean(x, dims, /*keepdim=*/true);
  const Var variance = mean(square(centred), dims, /*keepdim=*/true);
  const Var y = centred * (1 / sqrt(variance + options.eps));
  return options.affine ? y * weight + bias : y;
}

}  // namespace gradfold
