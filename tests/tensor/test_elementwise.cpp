#include "tensor/elementwise.h"

#include <cmath>
#include <limits>

#include "tensor/kernels/broadcast.h"
#include "tensor/random.h"
#include "tests/doctest.h"
#include "tests/files.h"
#include "tests/special_values.h"

using namespace gradfold;

namespace {

Operand operand(const Tensor& x, const Shape& to) {
  return {x.origin(), broadcast_strides(x.shape(), x.strides(), to)};
}

// a op b by the plain loop over positions.
template <class F>
Tensor plain(const Tensor& a, const Tensor& b, F f) {
  Tensor out(broadcast(a.shape(), b.shape(), "test"));
  map_strided_ref(out.shape(), {operand(a, out.shape()), operand(b, out.shape())}, out.data(), f);
  return out;
}

}  // namespace

TEST_CASE("operators broadcast as the plain loop does, for views of every kind") {
  Rng rng(1);
  const Tensor image = rng.normal({3, 4, 5, 6}), wide = rng.normal({6, 5, 4, 3});
  const std::vector<std::pair<Tensor, Tensor>> cases = {
      {image, rng.normal({3, 4, 5, 6})},
      {image, rng.normal({6})},
      {image, rng.normal({4, 1, 1})},
      {rng.normal({4, 5, 1}), image},
      {image, rng.normal({})},
      {rng.normal({3, 1, 5, 1}), rng.normal({1, 4, 1, 6})},
      {image, wide.permute({3, 2, 1, 0})},
      {image.transpose(1, 3), wide.transpose(0, 3).transpose(1, 2).transpose(1, 3)},
      {image.flip(3), image.flip(0)},
      {image.slice(3, 1, 6, 2), image.slice(3, 0, 5, 2)},
      {rng.normal({7, 1}).expand({7, 9}), rng.normal({9, 7}).transpose(0, 1)},
      {rng.normal({}), rng.normal({})},
      {rng.normal({1}), rng.normal({1, 1, 1})},
      {rng.normal({0, 3}), rng.normal({3})},
      {rng.normal({4, 0}), rng.normal({1, 1})},
      {rng.normal({200, 301}), rng.normal({200, 1})},
      {rng.normal({300, 3}), rng.normal({3})},
  };
  for (const auto& operands : cases) {
    const Tensor &a = operands.first, &b = operands.second;
    CAPTURE(a.shape().str());
    CAPTURE(b.shape().str());
    CHECK(identical(a + b, plain(a, b, [](Real x, Real y) { return x + y; })));
    CHECK(identical(a - b, plain(a, b, [](Real x, Real y) { return x - y; })));
    CHECK(identical(a * b, plain(a, b, [](Real x, Real y) { return x * y; })));
    CHECK(identical(a / b, plain(a, b, [](Real x, Real y) { return x / y; })));
    CHECK(identical(maximum(a, b), plain(a, b, [](Real x, Real y) { return std::max(x, y); })));
    CHECK(identical(minimum(a, b), plain(a, b, [](Real x, Real y) { return std::min(x, y); })));
    CHECK(identical(greater(a, b), plain(a, b, [](Real x, Real y) { return Real(x > y); })));
    CHECK(identical(less(a, b), plain(a, b, [](Real x, Real y) { return Real(x < y); })));
    CHECK(identical(equal(a, b), plain(a, b, [](Real x, Real y) { return Real(x == y); })));
    CHECK(identical(where(greater(a, b), a, b), maximum(a, b)));
  }
}

TEST_CASE("operators at every length around the vectors") {
  Rng rng(2);
  for (Index n = 0; n <= 67; ++n) {
    const Tensor a = rng.normal({n}), b = rng.normal({n});
    CHECK(identical(a + b, plain(a, b, [](Real x, Real y) { return x + y; })));
    CHECK(identical(a * Real(3), plain(a, Tensor::scalar(3), [](Real x, Real y) { return x * y; })));
    CHECK(identical(Real(2) - a, plain(Tensor::scalar(2), a, [](Real x, Real y) { return x - y; })));
  }
}

TEST_CASE("arithmetic with numbers") {
  const Tensor x = Tensor::from({-2, 0, 4});
  CHECK((x + 1).to_vector() == std::vector<Real>{-1, 1, 5});
  CHECK((1 + x).to_vector() == std::vector<Real>{-1, 1, 5});
  CHECK((x - 1).to_vector() == std::vector<Real>{-3, -1, 3});
  CHECK((1 - x).to_vector() == std::vector<Real>{3, 1, -3});
  CHECK((x * 2).to_vector() == std::vector<Real>{-4, 0, 8});
  CHECK((2 * x).to_vector() == std::vector<Real>{-4, 0, 8});
  CHECK((x / 2).to_vector() == std::vector<Real>{-1, 0, 2});
  CHECK((8 / x).to_vector() == std::vector<Real>{-4, kInf, 2});
  CHECK((-x).to_vector() == std::vector<Real>{2, -0.0f, -4});
}

TEST_CASE("simple functions") {
  const Tensor x = Tensor::from({-4, -1, 0, 1, 9});
  CHECK(abs(x).to_vector() == std::vector<Real>{4, 1, 0, 1, 9});
  CHECK(sign(x).to_vector() == std::vector<Real>{-1, -1, 0, 1, 1});
  CHECK(square(x).to_vector() == std::vector<Real>{16, 1, 0, 1, 81});
  CHECK(sqrt(abs(x)).to_vector() == std::vector<Real>{2, 1, 0, 1, 3});
  CHECK(pow(x, 2).to_vector() == std::vector<Real>{16, 1, 0, 1, 81});
  CHECK(pow(x, 3).to_vector() == std::vector<Real>{-64, -1, 0, 1, 729});
  CHECK(pow(square(x), 0.5f).to_vector() == std::vector<Real>{4, 1, 0, 1, 9});
  CHECK(pow(abs(x), 1.5f).to_vector() == std::vector<Real>{8, 1, 0, 1, 27});
  CHECK(pow(x, 1).to_vector() == x.to_vector());
  CHECK(pow(x, 0).to_vector() == std::vector<Real>{1, 1, 1, 1, 1});
  CHECK(pow(x, -1).to_vector() == std::vector<Real>{-0.25f, -1, kInf, 1, Real(1) / 9});
  CHECK(clamp(x, -2, 3).to_vector() == std::vector<Real>{-2, -1, 0, 1, 3});
  CHECK_THROWS_WITH_AS(clamp(x, 3, -2), "clamp: low is 3 and high -2; low must not be above high", Error);
  CHECK(relu(x).to_vector() == std::vector<Real>{0, 0, 0, 1, 9});
  CHECK(leaky_relu(x, 0.5f).to_vector() == std::vector<Real>{-2, -0.5f, 0, 1, 9});
}

TEST_CASE("functions of a view are those of its numbers") {
  const Tensor x = Rng(3).normal({5, 7});
  CHECK(identical(relu(x.transpose(0, 1)), relu(x).transpose(0, 1)));
  CHECK(identical(exp(x.flip(1)), exp(x).flip(1)));
  CHECK(identical(-x.slice(1, 1, 6, 2), (-x).slice(1, 1, 6, 2)));
}

TEST_CASE("NaN goes through") {
  const Tensor nan = Tensor::from({kNan}), one = Tensor::from({1});
  for (const Tensor& y : {relu(nan), leaky_relu(nan, 0.1f), clamp(nan, -1, 1), abs(nan), sign(nan), nan + one,
                          maximum(nan, one), maximum(one, nan), minimum(nan, one), minimum(one, nan), sqrt(nan)}) {
    CHECK(std::isnan(y.item()));
  }
  CHECK(greater(nan, one).item() == 0);
  CHECK(equal(nan, nan).item() == 0);
  CHECK(where(nan, one, -one).item() == 1);
}

TEST_CASE("add_ and scale_ write in place, through views too") {
  Rng rng(4);
  Tensor y = rng.normal({4, 6});
  const Tensor before = y.clone(), row = rng.normal({6}), same = rng.normal({6, 4});
  add_(y, row, 2);
  CHECK(allclose(y, before + row * 2));
  Tensor column = y.select(1, 3);
  const Tensor y1 = y.clone();
  add_(column, Tensor::ones({4}), -1);
  scale_(column, 3);
  CHECK(allclose(column, (y1.select(1, 3) - 1) * 3));
  CHECK(identical(y.slice(1, 0, 3), y1.slice(1, 0, 3)));
  const Tensor y2 = y.clone();
  add_(y, same.transpose(0, 1));
  CHECK(allclose(y, y2 + same.transpose(0, 1)));
}

TEST_CASE("messages of elementwise operations") {
  const Tensor a({3}), b({4}), none;
  CHECK_THROWS_WITH(a + b,
        "add: [3] and [4] cannot be combined: sizes 3 and 4 differ (dimensions are matched from the right, and "
        "must be equal or 1)");
  CHECK_THROWS_WITH(a * none, "multiply: an operand is an undefined tensor; both must hold numbers");
  CHECK_THROWS_WITH(exp(none), "exp: x is an undefined tensor; it must hold numbers");
  Tensor y({3});
  CHECK_THROWS_WITH(add_(y, Tensor({2, 3})), "add_: x is [2, 3] and cannot be broadcast to y, [3]");
}
