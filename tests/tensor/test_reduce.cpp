#include "tensor/reduce.h"

#include <cmath>
#include <limits>

#include "tensor/elementwise.h"
#include "tensor/kernels/reduce.h"
#include "tensor/parallel.h"
#include "tensor/random.h"
#include "tests/doctest.h"
#include "tests/files.h"
#include "tests/special_values.h"

using namespace gradfold;

namespace {

// The sum over the dimensions of `mask`, each number added to its place in double.
Tensor plain_sum(const Tensor& x, unsigned mask) {
  const Tensor in = x.contiguous();
  Shape kept = x.shape();
  for (int d = 0; d < x.rank(); ++d) kept[d] = mask >> d & 1u ? 1 : kept[d];
  const Shape strides = contiguous_strides(kept);
  std::vector<double> total(static_cast<std::size_t>(kept.numel()));
  for (Index i = 0; i < x.numel(); ++i) {
    Index rest = i, at = 0;
    for (int d = x.rank() - 1; d >= 0; --d) {
      if (kept[d] != 1) at += rest % x.shape()[d] * strides[d];
      rest /= x.shape()[d];
    }
    total[static_cast<std::size_t>(at)] += in.data()[i];
  }
  return Tensor::from(std::vector<Real>(total.begin(), total.end()), kept);
}

Dims dims_of(unsigned mask) {
  Dims dims;
  for (int d = 0; d < 6; ++d) {
    if (mask >> d & 1u) dims.push_back(d);
  }
  return dims;
}

}  // namespace

TEST_CASE("sum over every set of dimensions") {
  Rng rng(1);
  const Tensor x = rng.normal({2, 3, 4, 5, 6}), wide = rng.normal({7, 300, 2, 1, 67});
  for (const Tensor& t : {x, x.permute({4, 2, 0, 3, 1}), x.flip(2), x.slice(4, 1, 6, 2), wide}) {
    for (unsigned mask = 1; mask < 32; ++mask) {
      CAPTURE(mask);
      const Tensor expected = plain_sum(t, mask);
      CHECK(allclose(sum(t, dims_of(mask), true), expected, 1e-5, 1e-5));
      CHECK(identical(sum(t, dims_of(mask)), sum(t, dims_of(mask), true).reshape(sum(t, dims_of(mask)).shape())));
      CHECK(allclose(sum_to(t, expected.shape()), expected, 1e-5, 1e-5));
    }
  }
  CHECK(sum(x).rank() == 0);
  CHECK(sum(x, {-1, 0}).shape() == Shape{3, 4, 5});
  CHECK(mean(x, {1, 2}).shape() == Shape{2, 5, 6});
  CHECK(allclose(mean(x, {1, 2}) * 12, sum(x, {1, 2})));
  CHECK(sum(Tensor::scalar(3)).item() == 3);
}

TEST_CASE("kernels against their plain twins, at every length around the vectors") {
  Rng rng(2);
  for (Index count = 0; count <= 67; ++count) {
    for (Index inner : {1, 2, 15, 64, 67, 300}) {
      const Index outer = 3;
      const Tensor x = rng.normal({outer, count, inner});
      Tensor fast({outer, inner}), plain({outer, inner});
      reduce_sum(x.data(), outer, count, inner, fast.data());
      reduce_sum_ref(x.data(), outer, count, inner, plain.data());
      CHECK(allclose(fast, plain, 1e-5, 1e-5));
      reduce_max(x.data(), outer, count, inner, fast.data());
      reduce_max_ref(x.data(), outer, count, inner, plain.data());
      CHECK(identical(fast, plain));
      reduce_min(x.data(), outer, count, inner, fast.data());
      reduce_min_ref(x.data(), outer, count, inner, plain.data());
      CHECK(identical(fast, plain));
    }
  }
}

TEST_CASE("long sums: close to the exact value, and the same bits on any number of threads") {
  Rng rng(3);
  const Tensor x = rng.uniform({1000003});
  const Tensor tall = x.slice(0, 0, 1000000).reshape({125000, 8}), flat = tall.reshape({2, 500000});
  const double exact = [&] {
    double total = 0;
    for (Index i = 0; i < x.numel(); ++i) total += x.data()[i];
    return total;
  }();
  CHECK(std::abs(sum(x).item() - exact) < exact * 1.2e-7);
  CHECK(allclose(sum(tall, {0}), plain_sum(tall, 1u).reshape({8}), 1e-6, 0));
  CHECK(allclose(sum(flat, {1}), plain_sum(flat, 2u).reshape({2}), 1e-6, 0));
  const Tensor image = rng.normal({40, 8, 28, 28});
  set_num_threads(1);
  const Tensor all = sum(x), columns = sum(tall, {0}), rows = sum(flat, {1}), channels = sum(image, {0, 2, 3});
  const double squares = sum_of_squares(x);
  for (int threads : {2, 3, 8}) {
    set_num_threads(threads);
    CHECK(identical(sum(x), all));
    CHECK(identical(sum(tall, {0}), columns));
    CHECK(identical(sum(flat, {1}), rows));
    CHECK(identical(sum(image, {0, 2, 3}), channels));
    CHECK(sum_of_squares(x) == squares);
  }
  set_num_threads(0);
}

TEST_CASE("max, min and argmax") {
  const Tensor x = Tensor::from({3, 1, 2, 5, 9, 9}, {2, 3});
  CHECK(max(x).item() == 9);
  CHECK(min(x).item() == 1);
  CHECK(max(x, {0}).to_vector() == std::vector<Real>{5, 9, 9});
  CHECK(min(x, {1}, true).shape() == Shape{2, 1});
  CHECK(argmax(x, 1).values == std::vector<std::int32_t>{0, 1});
  CHECK(argmax(x, 0).values == std::vector<std::int32_t>{1, 1, 1});
  CHECK(argmax(x.transpose(0, 1), 0).values == std::vector<std::int32_t>{0, 1});
  const Tensor nan = Tensor::from({1, kNan, 7, kNan});
  CHECK(std::isnan(max(nan).item()));
  CHECK(std::isnan(min(nan).item()));
  CHECK(argmax(nan, 0).values == std::vector<std::int32_t>{1});
}

TEST_CASE("empty reductions") {
  CHECK(sum(Tensor({0})).item() == 0);
  CHECK(sum(Tensor({3, 0}), {1}).to_vector() == std::vector<Real>{0, 0, 0});
  CHECK(sum(Tensor({3, 0}), {0}).shape() == Shape{0});
  CHECK(std::isnan(mean(Tensor({0})).item()));
  CHECK(max(Tensor({0, 3}), {1}).shape() == Shape{0});
}

TEST_CASE("sum_of_squares and first_non_finite") {
  Rng rng(4);
  for (Index n : {0, 1, 31, 67, 100001}) {
    Tensor x = rng.normal({n});
    double exact = 0;
    for (Index i = 0; i < n; ++i) exact += double(x.data()[i]) * double(x.data()[i]);
    CHECK(sum_of_squares(x) == approx(exact, 1e-12));
    CHECK(first_non_finite(x) == -1);
    if (n == 0) continue;
    x.data()[n - 1] = kNan;
    CHECK(first_non_finite(x) == n - 1);
    x.data()[n / 2] = -std::numeric_limits<Real>::infinity();
    CHECK(first_non_finite(x) == n / 2);
  }
}

TEST_CASE("messages of reductions") {
  const Tensor x({2, 3});
  CHECK_THROWS_WITH(sum(x, {2}), "sum: dimension 2 does not exist in [2, 3]; it must be from -2 to 1");
  CHECK_THROWS_WITH(sum(x, {1, -1}), "sum: dimension -1 of [2, 3] is named twice");
  CHECK_THROWS_WITH(max(Tensor({2, 0})), "max: x is [2, 0]; there is no max of 0 elements");
  CHECK_THROWS_WITH(argmax(Tensor({2, 0}), 1), "argmax: x is [2, 0]; there is no largest of 0 elements");
  CHECK_THROWS_WITH(sum_to(x, {2}),
        "sum_to: [2] and [2, 3] cannot be combined: sizes 2 and 3 differ (dimensions are matched from the right, "
        "and must be equal or 1)");
  CHECK_THROWS_WITH(sum_to(x, {2, 2, 3}),
        "sum_to: [2, 2, 3] does not broadcast to x, [2, 3], so x cannot be summed to it");
}
