#include <cmath>

#include "nn/init.h"
#include "tensor/elementwise.h"
#include "tensor/matmul.h"
#include "tensor/reduce.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

namespace {

double largest(const Tensor& x) { return max(abs(x)).item(); }
double deviation(const Tensor& x) { return std::sqrt(sum_of_squares(x) / static_cast<double>(x.numel())); }

}  // namespace

// A weight [64, 32, 3, 3]: fan_in 32 * 9 = 288, fan_out 64 * 9 = 576.
TEST_CASE("named schemes have the bounds and deviations of their papers") {
  Rng rng(1);
  const Shape w{64, 32, 3, 3};
  const auto bound = [&](const Init& scheme) { return largest(scheme.draw(w, rng)); };
  CHECK(bound(init::xavier_uniform(w)) == approx(std::sqrt(6.0 / (288 + 576)), 1e-3));
  CHECK(bound(init::kaiming_uniform(w)) == approx(std::sqrt(6.0 / 288), 1e-3));
  CHECK(bound(init::kaiming_uniform(w, 0.5f)) == approx(std::sqrt(6.0 / 1.25 / 288), 1e-3));
  CHECK(bound(init::torch_default(w)) == approx(1 / std::sqrt(288.0), 1e-3));
  CHECK(deviation(init::xavier_normal(w).draw(w, rng)) == approx(std::sqrt(2.0 / 864), 0.02));
  CHECK(deviation(init::kaiming_normal(w).draw(w, rng)) == approx(std::sqrt(2.0 / 288), 0.02));
  CHECK(message_of([] { init::kaiming_normal({5}); }) ==
        "init: a weight is [5] but must have at least [out, in] to have a fan");
}

TEST_CASE("orthogonal: rows, or columns of a tall weight, are orthonormal") {
  Rng rng(2);
  for (const Shape& w : {Shape{4, 9}, Shape{9, 4}, Shape{6, 2, 3, 1}}) {
    CAPTURE(w.str());
    const Tensor q = init::orthogonal(2).draw(w, rng).reshape({w[0], w.numel() / w[0]});
    const bool tall = q.size(0) > q.size(1);
    const Tensor product = matmul(q, q, {.transpose_a = tall, .transpose_b = !tall});
    Tensor expected = Tensor::zeros(product.shape());
    for (Index i = 0; i < product.size(0); ++i) expected.set({i, i}, 4);  // gain^2
    CHECK(allclose(product, expected, 1e-5, 1e-5));
  }
}
