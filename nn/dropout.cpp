#include "nn/dropout.h"

#include "autograd/ops/arithmetic.h"
#include "tensor/map.h"

namespace gradfold {

Dropout::Dropout(Real p, Rng& rng) : p(p), rng_(rng) {
  require(p >= 0 && p < 1, "Dropout", "p is {} but must be in [0, 1): it is the share that is dropped", p);
}

Var Dropout::forward(const Var& x) {
  if (!training() || p == 0) return x;
  const Real kept = 1 / (1 - p);
  return x * Var(map(rng_.uniform(x.shape()), [p = p, kept](Real u) { return u < p ? Real{0} : kept; }));
}

}  // namespace gradfold
