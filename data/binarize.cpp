#include "data/binarize.h"

#include "tensor/map.h"

namespace gradfold {

Tensor binarize_threshold(const Tensor& x, Real threshold) {
  return map(x, [threshold](Real v) { return v >= threshold ? Real(1) : Real(0); });
}

Tensor binarize_stochastic(const Tensor& x, Rng& rng) { return rng.bernoulli(x); }

}  // namespace gradfold
