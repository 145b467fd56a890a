// The yardsticks of lesson 2.4, on models whose answers are known.
#include "lessons/pixel_tests.h"

#include <cmath>

#include "models/independent_pixels.h"
#include "models/pixel_cnn.h"
#include "tensor/reduce.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

TEST_CASE("shuffled pixels: one order moves every image alike, an order for each keeps the ink") {
  Rng rng(1);
  Tensor x = rng.bernoulli(Tensor::full({6, 1, 5, 4}, Real(0.3)));
  x.slice(0, 3, 4).copy_from(x.slice(0, 0, 1));
  const Tensor alike = shuffle_pixels(x, true, rng), each = shuffle_pixels(x, false, rng);
  CHECK(identical(sum(alike, {1, 2, 3}), sum(x, {1, 2, 3})));
  CHECK(identical(sum(each, {1, 2, 3}), sum(x, {1, 2, 3})));
  CHECK(identical(alike.slice(0, 0, 1).contiguous(), alike.slice(0, 3, 4).contiguous()));
  CHECK_FALSE(identical(each.slice(0, 0, 1).contiguous(), each.slice(0, 3, 4).contiguous()));
  CHECK_FALSE(identical(alike, x));
}

TEST_CASE("digits and what is none: each as its name says") {
  Rng rng(4);
  const Tensor digits = rng.bernoulli(Tensor::full({9, 1, 12, 10}, Real(0.5)));
  const auto kinds = digits_and_not(digits, rng);
  CHECK(kinds.size() == 9);
  for (const auto& [name, x] : kinds) {
    CAPTURE(name);
    CHECK(x.shape() == (name == "blank" ? Shape{8, 1, 12, 10} : digits.shape()));
    check_levels("test", x, 1, 2);
    if (name == "held out") CHECK(identical(x, digits));
    if (name == "upside down") CHECK(x.at({2, 0, 0, 3}) == digits.at({2, 0, 11, 3}));
    if (name == "mirrored") CHECK(x.at({2, 0, 4, 0}) == digits.at({2, 0, 4, 9}));
    if (name == "two halves") {
      CHECK(identical(x.slice(2, 0, 6).contiguous(), digits.slice(2, 0, 6).contiguous()));
      CHECK(x.at({8, 0, 6, 2}) == digits.at({0, 0, 6, 2}));
    }
    if (name == "blank") CHECK(sum(x).item() == 0);
  }
}

TEST_CASE("influence: shares add up to 1 and end where the net's reach ends") {
  Rng rng(2);
  PixelCnn model({.maps = 8, .blocks = 2}, rng);
  const std::vector<double> share =
      influence_by_rows(model, rng.bernoulli(Tensor::full({8, 1, 16, 12}, Real(0.5))), rng);
  REQUIRE(share.size() == 13);
  double total = 0;
  for (std::size_t up = 0; up < share.size(); ++up) {
    CAPTURE(up);
    CHECK((share[up] > 0) == (up <= 5));  // 3 rows and one for each block
    total += share[up];
  }
  CHECK(total == doctest::Approx(1));
}

TEST_CASE("a copied dot: guessed by whoever does not look, and drawn as described") {
  const Tensor dots = copied_dots(3);
  CHECK(dots.to_vector() == std::vector<Real>{1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0,  //
                                              0, 0, 1, 0, 0, 0, 1, 1, 1, 0, 0, 1});
  Rng rng(3);
  IndependentPixels even({.height = 4, .width = 3}, rng);
  even.weight.mutable_value().fill(0);  // every pixel is 0 or 1 with equal chance
  CHECK(nats_of_copy(even, dots) == doctest::Approx(std::log(2.0)));
  CHECK(message_of([] { copied_dots(1); }) == "copied_dots: the rows are 1 apart but must be 2 or more");
}
