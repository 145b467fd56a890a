// Coloured diagonals, and how they become columns.
#include "lessons/skewing.h"

#include "nn/diagonal_bilstm.h"
#include "tests/doctest.h"

using namespace gradfold;

TEST_CASE("a diagonal has one colour, its neighbour another, and ink is dark") {
  Tensor image = Tensor::zeros({1, 1, 4, 5});
  image.set({0, 0, 2, 1}, 1);
  const Tensor x = on_coloured_diagonals(image);
  REQUIRE(x.shape() == Shape{1, 3, 4, 5});
  for (Index c = 0; c < 3; ++c) {
    CHECK(x.at({0, c, 2, 1}) == Real(0.1));
    CHECK(x.at({0, c, 0, 3}) == x.at({0, c, 3, 0}));
    CHECK(x.at({0, c, 0, 3}) != x.at({0, c, 0, 2}));
    CHECK(x.at({0, c, 0, 3}) > Real(0.5));  // paper
  }
  // Skewed, row r begins at column r, so that a diagonal of the image is a column.
  const Tensor skewed = skew(Var(x)).value();
  for (Index r = 0; r < 3; ++r) CHECK(skewed.at({0, 0, r, 2}) == x.at({0, 0, 0, 2}));
}

TEST_CASE("the picture has room for the image, the wider skewed one, and the image again") {
  const Image picture = skewing(on_coloured_diagonals(Tensor::zeros({1, 1, 4, 5})));
  CHECK(picture.width() > 6 * (5 + (4 + 5 - 1) + 5));
  CHECK(picture.height() > 6 * 4);
}
