#include "lessons/code_bytes.h"

#include <cmath>

#include "tensor/elementwise.h"
#include "tensor/random.h"
#include "tensor/reduce.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

TEST_CASE("a number kept in b bits is at most half a step off, and the ends of the range are exact") {
  Rng rng(1);
  const Tensor z = rng.uniform({500, 3}, -2, 5);
  for (const int bits : {1, 4, 8}) {
    CAPTURE(bits);
    const Tensor back = keep_bits(z, z, bits);
    const double step = max(max(z, {0}) - min(z, {0})).item() / (std::pow(2.0, bits) - 1);
    CHECK(max(abs(back - z)).item() <= 0.5 * step * (1 + 1e-5));
    CHECK(identical(max(back, {0}), max(z, {0})));
    CHECK(identical(min(back, {0}), min(z, {0})));
  }
  const Tensor two = keep_bits(Tensor::from({0.1, 0.6, 7, -7}, {4, 1}), Tensor::from({0, 1}, {2, 1}), 1);
  CHECK(identical(two, Tensor::from({0, 1, 1, 0}, {4, 1})));
}

TEST_CASE("a place that never changed in what was seen has one value") {
  const Tensor threes = Tensor::from({3, 3}, {2, 1});
  CHECK(identical(keep_bits(Tensor::from({4, 5}, {2, 1}), threes, 8), threes));
}

TEST_CASE("bits and shapes that make no sense are refused") {
  const Tensor z = Tensor::zeros({2, 3});
  CHECK(contains(message_of([&] { keep_bits(z, z, 0); }), "bits is 0 but must be 1..16"));
  CHECK(contains(message_of([&] { keep_bits(z, Tensor::zeros({2, 4}), 8); }), "seen is [2, 4] but must be [M, 3]"));
}
