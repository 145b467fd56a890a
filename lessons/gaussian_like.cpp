#include "lessons/gaussian_like.h"

#include "tensor/cholesky.h"
#include "tensor/elementwise.h"
#include "tensor/matmul.h"
#include "tensor/reduce.h"

namespace gradfold {

Tensor gaussian_like(const Tensor& x, Index n, Rng& rng) {
  check_shape("gaussian_like", "x", x.shape(), {"N", "D"});
  require(x.size(0) >= 2, "gaussian_like", "{} row has no covariance; at least 2 are needed", x.size(0));
  const Tensor middle = mean(x, {0}), off = x - middle;
  Tensor covariance = matmul(off, off, {.transpose_a = true}) / static_cast<Real>(x.size(0));
  for (Index i = 0; i < x.size(1); ++i) covariance.set({i, i}, covariance.at({i, i}) * Real(1.0001) + Real(1e-6));
  return matmul(rng.normal({n, x.size(1)}), cholesky(covariance), {.transpose_b = true}) + middle;
}

}  // namespace gradfold
