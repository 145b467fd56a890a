#include "nn/layer_norm.h"

#include "autograd/ops/arithmetic.h"
#include "autograd/ops/normalize.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/reduce.h"

namespace gradfold {

LayerNorm::LayerNorm(const Shape& normalized, LayerNormOptions options)
    : normalized(normalized), options(options),
      weight(options.affine ? param("weight", normalized, init::ones()) : Var()),
      bias(options.affine ? param("bias", normalized, init::zeros()) : Var()) {}

Var LayerNorm::forward(const Var& x) {
  check_normalized("LayerNorm", x.shape(), normalized);
  return layer_norm(x, normalized, weight, bias, options.eps);
}

Var LayerNorm::composed(const Var& x) const {
  check_normalized("LayerNorm", x.shape(), normalized);
  Dims dims;
  for (int d = x.shape().rank() - normalized.rank(); d < x.shape().rank(); ++d) dims.push_back(d);
  const Var centred = x - mean(x, dims, /*keepdim=*/true);
  const Var variance = mean(square(centred), dims, /*keepdim=*/true);
  const Var y = centred * (1 / sqrt(variance + options.eps));
  return options.affine ? y * weight + bias : y;
}

}  // namespace gradfold
