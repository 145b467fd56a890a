
#include <cmath>
#include <limits>

#include "tensor/elementwise.h"
#include "tensor/kernels/softmax.h"
#include "tensor/parallel.h"
#include "tensor/random.h"
#include "tensor/reduce.h"
#include "tests/doctest.h"
#include "tests/special_values.h"

using namespace gradfold;

namespace {
}  // namespace

TEST_CASE("softmax kernels against their plain twins, at every length around the vectors") {
  Rng rng(1);
  for (Index count : {1, 2, 3, 7, 8, 9, 10, 15, 16, 17, 31, 33, 63, 64, 65, 67, 256, 5003}) {
    for (Index inner : {1, 2, 15, 16, 63, 64, 65, 131}) {
      CAPTURE(count);
      CAPTURE(inner);
      const Index outer = 3;
      const Tensor x = rng.normal({outer, count, inner}, 0, 5);
      Tensor fast(x.shape()), plain(x.shape()), fast_sum({outer, inner}), plain_sum({outer, inner});
      softmax_middle(x.data(), outer, count, inner, fast.data());
      softmax_middle_ref(x.data(), outer, count, inner, plain.data());
      CHECK(allclose(fast, plain, 2e-6, 1e-12));
      log_softmax_middle(x.data(), outer, count, inner, fast.data());
      log_softmax_middle_ref(x.data(), outer, count, inner, plain.data());
      CHECK(allclose(fast, plain, 1e-6, 1e-6));
      logsumexp_middle(x.data(), outer, count, inner, fast_sum.data());
      logsumexp_middle_ref(x.data(), outer, count, inner, plain_sum.data());
      CHECK(allclose(fast_sum, plain_sum, 1e-6, 1e-6));
    }
  }
}

TEST_CASE("softmax over any dimension of any view") {
  const Tensor x = Rng(2).normal({3, 4, 5});
  for (int dim : {0, 1, 2, -1}) {
    const Tensor y = softmax(x, dim);
    CHECK(allclose(sum(y, {dim}), Tensor::ones(sum(y, {dim}).shape())));
    CHECK(allclose(y, exp(x - logsumexp(x, dim, true))));
    CHECK(allclose(log_softmax(x, dim), x - logsumexp(x, dim, true)));
  }
  CHECK(allclose(softmax(x.transpose(0, 2), 0), softmax(x, 2).transpose(0, 2)));
  CHECK(softmax(Tensor({0, 3}), 1).shape() == Shape{0, 3});
  CHECK(softmax(Tensor({2, 3, 0}), 1).shape() == Shape{2, 3, 0});
  CHECK(logsumexp(x, 1).shape() == Shape{3, 5});
  CHECK(logsumexp(x, 1, true).shape() == Shape{3, 1, 5});
}

TEST_CASE("softmax of extremes") {
  for (bool wide : {false, true}) {  // along a row, and down columns
    auto column = [wide](std::initializer_list<Real> values) {
      const Tensor x = Tensor::from(values).unsqueeze(1);
      return wide ? x.expand({x.size(0), 20}).contiguous() : x;
    };
    CHECK(softmax(column({1000, 1000}), 0).at({0, 0}) == doctest::Approx(0.5));
    CHECK(log_softmax(column({-1000, 0}), 0).at({0, 0}) == doctest::Approx(-1000));
    CHECK(logsumexp(column({-1000, -1000}), 0).at({0}) == doctest::Approx(-1000 + std::log(2.0)));
    CHECK(softmax(column({-kInf, 0}), 0).at({0, 0}) == 0);
    CHECK(logsumexp(column({-kInf, -kInf}), 0).at({0}) == -kInf);
    CHECK(logsumexp(column({0, kInf}), 0).at({0}) == kInf);
    CHECK(std::isnan(softmax(column({-kInf, -kInf}), 0).at({0, 0})));
    CHECK(std::isnan(softmax(column({0, kNan}), 0).at({0, 0})));
    CHECK(std::isnan(logsumexp(column({kInf, kNan}), 0).at({0})));
  }
}

TEST_CASE("softmax: same bits on any number of threads") {
  const Tensor image = Rng(3).normal({4, 256, 28, 28}), rows = image.reshape({-1, 256});
  set_num_threads(1);
  const Tensor a = softmax(image, 1), b = log_softmax(rows, 1), c = logsumexp(image, 1);
  for (int threads : {2, 3, 8}) {
    set_num_threads(threads);
    CHECK(identical(softmax(image, 1), a));
    CHECK(identical(log_softmax(rows, 1), b));
    CHECK(identical(logsumexp(image, 1), c));
  }
  set_num_threads(0);
}

TEST_CASE("messages of softmax") {
  CHECK_THROWS_WITH(softmax(Tensor({2, 0}), 1),
        "softmax: x is [2, 0]; dimension 1 must have at least one element");
  CHECK_THROWS_WITH(logsumexp(Tensor({2}), 1),
        "logsumexp: dimension 1 does not exist in [2]; it must be from -1 to 0");
}
