// The yardsticks of lesson 2.4, on models whose answers are known.
#include "lessons/pixel_tests.h"

#include <cmath>

#include "models/independent_pixels.h"
#include "models/pixel_cnn.h"
#include "tensor/reduce.h"
#include "tests/doctest.h"

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
  REQUIRE(share.size() == 6);  // 3 rows up and one for each block, and its own
  double total = 0;
  for (std::size_t up = 0; up < share.size(); ++up) {
    CAPTURE(up);
    CHECK(share[up] > 0);
    total += share[up];
  }
  CHECK(total == doctest::Approx(1));
}

TEST_CASE("judged kinds: nats and AUROC of a model whose answers are known") {
  Rng rng(5);
  IndependentPixels even({.height = 2, .width = 2}, rng);
  even.weight.mutable_value().fill(Real(std::log(3.0) / 32));  // ink with probability 3/4 everywhere
  const Tensor full = Tensor::ones({8, 1, 2, 2}), empty = Tensor::zeros({9, 1, 2, 2});
  JudgedKinds judged = judge_kinds(even, {{"full", full}, {"empty", empty}});
  CHECK(judged.names == std::vector<std::string>{"full", "empty"});
  CHECK(judged.nats["full"] == doctest::Approx(4 * std::log(4.0 / 3)));
  CHECK(judged.nats["empty"] == doctest::Approx(4 * std::log(4.0)));
  CHECK(judged.auroc["full"] == 0.5);
  CHECK(judged.auroc["empty"] == 1);
  CHECK(judged.some.shape() == Shape{16, 1, 2, 2});
  CHECK(judged.picture().width() > 8 * 2 * 2);  // eight images of 2 pixels, zoomed, and titles
}

TEST_CASE("pixels seen: as many as a PixelCNN's layers reach, and none by independent pixels") {
  Rng rng(6);
  PixelCnn model({.maps = 8, .blocks = 1}, rng);
  IndependentPixels blind({.height = 16, .width = 16}, rng);
  const PixelsSeen seen = pixels_seen({&model, &blind}, {1, 1, 16, 16}, 8, 6, rng, 8);
  // 3 pixels to the left and one of the block; rows of 9 above, less the blind spot on the right.
  CHECK(seen.count[0] >= 4 + 3 * 7);
  CHECK(seen.count[0] <= 4 + 4 * 9);
  CHECK(seen.count[1] == 0);
  REQUIRE(seen.fields.size() == 2);
  CHECK(seen.fields[0].at({8, 6}) == 0);  // itself
  CHECK(seen.fields[0].at({8, 2}) > 0);
  CHECK(seen.fields[0].at({8, 1}) == 0);
  CHECK(seen.picture({"PixelCNN", "blind"}).width() > 2 * 6 * 16);
}

TEST_CASE("rows off a cone: none of a cone, cut off at the edges; one where a pixel is too many or missing") {
  // One column to the left and none to the right of pixel (3, 2), one more on each side with each row up.
  Tensor field = Tensor::from({1, 1, 1, 1, 1, 1,  //
                               1, 1, 1, 1, 1, 0,  //
                               1, 1, 1, 1, 0, 0,  //
                               0, 0, 0, 0, 0, 0},
                              {4, 6});
  CHECK(rows_off_cone(field, 3, 2, 1, 0) == 0);
  CHECK(rows_off_cone(field, 3, 2, 1, 1) == 2);
  field.set({2, 1}, 0);
  CHECK(rows_off_cone(field, 3, 2, 1, 0) == 1);
  field.set({1, 5}, 1);
  CHECK(rows_off_cone(field, 3, 2, 1, 0) == 2);
}
