#include "lessons/shuffle_columns.h"

#include <algorithm>

#include "tests/doctest.h"

using namespace gradfold;

TEST_CASE("shuffled columns hold the same numbers, each column in an order of its own") {
  const Tensor rows = Tensor::arange(600).reshape({200, 3});
  const Tensor out = shuffle_columns(rows, Rng(2));
  Index kept = 0;
  for (Index d = 0; d < 3; ++d) {
    auto a = rows.select(1, d).to_vector(), b = out.select(1, d).to_vector();
    CHECK(a != b);
    std::sort(b.begin(), b.end());
    CHECK(a == b);
  }
  for (Index i = 0; i < 200; ++i) kept += out.at({i, 1}) == out.at({i, 0}) + 1;
  CHECK(kept < 20);  // one in 200 by chance
}
