#include "data/corrupt.h"

#include "tensor/elementwise.h"
#include "tensor/map.h"

namespace gradfold {
namespace {

void check_share(std::string_view who, Real share) {
  require(share >= 0 && share <= 1, who, "share is {} but must be 0..1: it is the share of elements that are damaged",
          share);
}

}  // namespace

Tensor add_gaussian_noise(const Tensor& x, Real sigma, Rng& rng) {
  require(sigma >= 0, "add_gaussian_noise", "sigma is {} but must be 0 or more", sigma);
  return x + rng.normal(x.shape(), 0, sigma);
}

Tensor mask_out(const Tensor& x, Real share, Rng& rng) {
  check_share("mask_out", share);
  const Tensor kept = map(rng.uniform(x.shape()), [share](Real u) { return u < share ? Real{0} : Real{1}; });
  return x * kept;
}

// One random number decides both: the lower half of [0, share) is pepper, the upper salt.
Tensor salt_and_pepper(const Tensor& x, Real share, Rng& rng) {
  check_share("salt_and_pepper", share);
  const Tensor u = rng.uniform(x.shape());
  const Tensor salt = map(u, [share](Real v) { return v < share / 2 ? Real{0} : Real{1}; });
  return where(less(u, Tensor::scalar(share)), salt, x);
}

}  // namespace gradfold
