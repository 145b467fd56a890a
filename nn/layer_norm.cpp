#include "nn/layer_norm.h"

#include <algorithm>

#include "autograd/ops/arithmetic.h"
#include "autograd/ops/normalize.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/reduce.h"

namespace gradfold {

LayerNorm::LayerNorm(const Shape& normalized, LayerNormOptions options)
    : normalized(normalized), options(options),
      weight(options.affine ? param("weight", normalized, init::ones()) : Var()),
      bias(options.affine ? param("bias", normalized, init::zeros()) : Var()) {}

void LayerNorm::check(const Shape& x) const {
  const int leading = x.rank() - normalized.rank();
  const bool fits = leading >= 0 && std::equal(normalized.begin(), normalized.end(), x.begin() + leading);
  require(fits, "LayerNorm", "x is {} but its last dimensions must be {}", x, normalized);
}

Var LayerNorm::forward(const Var& x) {
  check(x.shape());
  return layer_norm(x, normalized, weight, bias, options.eps);
}

Var LayerNorm::composed(const Var& x) const {
  check(x.shape());
  Dims dims;
  for (int d = x.shape().rank() - normalized.rank(); d < x.shape().rank(); ++d) dims.push_back(d);
  const Var centred = x - mean(x, dims, /*keepdim=*/true);
  const Var variance = mean(square(centred), dims, /*keepdim=*/true);
  const Var y = centred * (1 / sqrt(variance + options.eps));
  return options.affine ? y * weight + bias : y;
}

}  // namespace gradfold
