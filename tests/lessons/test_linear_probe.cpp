// A probe finds what is there to be found linearly, whatever its unit, and nothing else.
#include "lessons/linear_probe.h"

#include "tensor/elementwise.h"
#include "tensor/random.h"
#include "tests/doctest.h"

using namespace gradfold;

namespace {

Indices classes(Index n) {
  Indices y(Shape{n});
  for (Index i = 0; i < n; ++i) y[i] = static_cast<std::int32_t>(i % 10);
  return y;
}

// Noise [n, 12], and of class c a 3 on column c, times `unit`.
Tensor telling(Index n, Real unit, std::uint64_t seed) {
  Tensor x = Rng(seed).normal({n, 12}, 0, Real(0.5));
  for (Index i = 0; i < n; ++i) x.set({i, i % 10}, x.at({i, i % 10}) + 3);
  return x * unit;
}

}  // namespace

TEST_CASE("features that tell the class are found, whatever their unit") {
  for (const Real unit : {Real(0.001), Real(1000)}) {
    CAPTURE(unit);
    CHECK(linear_probe(telling(200, unit, 1), classes(200), telling(200, unit, 2), classes(200)) > 0.97);
  }
}

TEST_CASE("features that tell nothing are guessed at, however well they fit the training rows") {
  const Tensor x = Rng(1).normal({100, 200}), test_x = Rng(2).normal({1000, 200});
  const double right = linear_probe(x, classes(100), test_x, classes(1000));
  CHECK(right > 0.05);
  CHECK(right < 0.16);
}

TEST_CASE("with few labels: the first rows alone count") {
  const Tensor x = telling(200, 1, 1), test_x = telling(200, 1, 2);
  const std::vector<double> right = few_label_probes(x, classes(200), test_x, classes(200), {20, 200});
  REQUIRE(right.size() == 2);
  CHECK(right[0] == linear_probe(x.slice(0, 0, 20).contiguous(), classes(20), test_x, classes(200)));
  CHECK(right[1] == linear_probe(x, classes(200), test_x, classes(200)));
}
