// Images that can all be listed: the tables that claims about distributions are checked by.
#include "models/every_image.h"

#include "models/fvsbn.h"
#include "models/pixel_cnn.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

TEST_CASE("every binary image: 2^pixels of them, pixel i of image k is bit i of k, and k is its number") {
  const Tensor all = every_binary_image(3);
  REQUIRE(all.shape() == Shape{512, 1, 3, 3});
  const Indices numbers = image_numbers(all);
  for (Index k = 0; k < 512; ++k) {
    for (Index i = 0; i < 9; ++i) CHECK(all.at({k, 0, i / 3, i % 3}) == Real(k >> i & 1));
    CHECK(numbers[k] == k);
  }
}

TEST_CASE("tables of shares and of the joint, and a joint without its last pixel, by hand") {
  const Tensor x = Tensor::from({1, 0, 0, 0, /**/ 0, 1, 0, 1, /**/ 1, 0, 0, 0, /**/ 0, 0, 0, 0}, {4, 1, 2, 2});
  const std::vector<double> share = share_table(x);
  REQUIRE(share.size() == 16);
  for (std::size_t k = 0; k < 16; ++k) CHECK(share[k] == (k == 1 ? 0.5 : k == 10 || k == 0 ? 0.25 : 0));

  Fvsbn model({.height = 1, .width = 1});  // one pixel, ink with probability 1 / (1 + e^-0.32)
  model.load({{"weight", Tensor::zeros({1, 1})}, {"bias", Tensor::from({Real(0.01)})}});
  const std::vector<double> p = joint_table(model, 1);
  REQUIRE(p.size() == 2);
  CHECK(p[1] == doctest::Approx(0.579324));
  CHECK(p[0] == doctest::Approx(1 - 0.579324));

  CHECK(sum_out_last_pixel({1, 2, 3, 4, 5, 6, 7, 8}) == std::vector<double>{6, 8, 10, 12});
  CHECK(sum_out_last_pixel({0.25, 0.75}) == std::vector<double>{1});
}

TEST_CASE("a model's conditionals are its joint's, unless it looks at what comes later") {
  Rng rng(3);
  const Tensor x = rng.bernoulli(Tensor::full({20, 1, 3, 3}, Real(0.5)));
  Fvsbn honest({.height = 3, .width = 3}, rng);
  CHECK(worst_conditional(honest, x, Rng(4)) < 1e-5);
  PixelCnn peeking({.maps = 8, .blocks = 2, .masked = false}, rng);
  CHECK(worst_conditional(peeking, x, Rng(4)) > 0.01);
}

TEST_CASE("tables: wrong input is named") {
  CHECK(contains(message_of([] { every_binary_image(5); }), "side is 5 but must be 1 .. 4: 4 are 65,536 images"));
  CHECK(contains(message_of([] { image_numbers(Tensor::zeros({1, 1, 5, 5})); }), "but must have 16 pixels at most"));
  CHECK(contains(message_of([] { image_numbers(Tensor::full({1, 1, 2, 2}, Real(0.5))); }), "pixels are 0 or 1"));
  CHECK(contains(message_of([] { share_table(Tensor::zeros({0, 1, 2, 2})); }), "with an image at least"));
  CHECK(contains(message_of([] { sum_out_last_pixel({1, 2, 3}); }), "joint has 3 numbers but must have 2^i"));
}
