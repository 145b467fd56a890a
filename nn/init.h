#pragma once
#include "tensor/random.h"

// How a parameter's first values are drawn. The named schemes are PyTorch's (torch.nn.init). fan_in and
// fan_out follow its rule for a weight [out, in, ...]: in (or out) times the receptive field size.
namespace gradfold {

struct Init {
  enum class Kind { kConstant, kUniform, kNormal, kOrthogonal };
  Kind kind = Kind::kConstant;
  Real a = 0;  // the constant; or low; or mean; or gain
  Real b = 0;  // high; or standard deviation

  Tensor draw(const Shape& shape, Rng& rng) const;
};

namespace init {

Init zeros();
Init ones();
Init constant(Real value);
Init uniform(Real low, Real high);
Init normal(Real mean, Real std);
// U(-bound, bound), bound = gain sqrt(6 / (fan_in + fan_out)) (Glorot & Bengio 2010).
Init xavier_uniform(const Shape& weight, Real gain = 1);
Init xavier_normal(const Shape& weight, Real gain = 1);
// bound = gain sqrt(3 / fan_in), gain = sqrt(2 / (1 + slope^2)) (He et al. 2015). slope 0 suits ReLU.
Init kaiming_uniform(const Shape& weight, Real slope = 0);
Init kaiming_normal(const Shape& weight, Real slope = 0);
Init orthogonal(Real gain = 1);
// What PyTorch gives Linear and Conv2d unless told otherwise: U(-1/sqrt(fan_in), 1/sqrt(fan_in)) for both
// weight and bias.
Init torch_default(const Shape& weight);

}  // namespace init
}  // namespace gradfold
