#include "data/golfer.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "tensor/elementwise.h"
#include "tensor/parallel.h"
#include "tensor/reduce.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

namespace {

double distance(const Tensor& a, const Tensor& b) { return std::sqrt(sum_of_squares(a - b)); }

// Where the ink is, in pixels: the outermost columns and the topmost row with ink in them.
struct Ink {
  Index left = 1000, right = -1, top = 1000, bottom = -1;
  double total = 0;
  explicit Ink(const Tensor& image) {
    const Index side = image.size(-1);
    for (Index row = 0; row < side; ++row) {
      for (Index col = 0; col < side; ++col) {
        const double v = image.at({0, row, col});
        total += v;
        if (v < 0.2) continue;
        left = std::min(left, col), right = std::max(right, col);
        top = std::min(top, row), bottom = std::max(bottom, row);
      }
    }
  }
};

}  // namespace

TEST_CASE("a golfer's ink is between 0 and 1 and inside the picture, whatever the pose") {
  for (double swing = -135; swing <= 135; swing += 15) {
    for (double camera : {-60.0, -20.0, 0.0, 40.0}) {
      const Tensor image = draw_golfer({.swing = swing, .camera = camera});
      for (Real v : image.to_vector()) REQUIRE((v >= 0 && v <= 1));
      const Ink ink(image);
      CHECK(ink.left > 0);
      CHECK(ink.right < 47);
      CHECK(ink.top > 0);
      CHECK(ink.bottom < 46);
      CHECK(ink.total > 100);  // head, body, limbs and club, not a few dots
    }
  }
}

TEST_CASE("the club goes where the swing says") {
  const Ink back(draw_golfer({.swing = -60})), hit(draw_golfer({.swing = 0})), through(draw_golfer({.swing = 60})),
      top(draw_golfer({.swing = -135}));
  CHECK(back.left < hit.left - 8);        // away from the target
  CHECK(through.right > hit.right + 8);   // to the target
  CHECK(top.top < hit.top - 8);           // over the head
}

TEST_CASE("pictures follow the angles: another pose is another picture, a little of an angle a little change") {
  std::vector<Tensor> film;
  for (double swing = -135; swing <= 135; swing += 1) film.push_back(draw_golfer({.swing = swing}));
  double longest = 0, nearest_far = 1e9;
  for (std::size_t i = 0; i < film.size(); ++i) {
    if (i > 0) longest = std::max(longest, distance(film[i - 1], film[i]));
    for (std::size_t j = 0; j + 15 < i; ++j) nearest_far = std::min(nearest_far, distance(film[i], film[j]));
  }
  CHECK(longest < 2.5);               // a step of one degree
  CHECK(nearest_far > 1.2 * longest);  // poses 15 degrees apart or more: the curve never comes near itself

  double most = 0;
  for (double camera = -45; camera < 45; camera += 1) {
    most = std::max(most, distance(draw_golfer({.camera = camera}), draw_golfer({.camera = camera + 1})));
  }
  CHECK(most < 2.5);
  CHECK(distance(draw_golfer({.camera = -20}), draw_golfer({.camera = 20})) > 2 * most);
}

TEST_CASE("golfers are drawn from their factors, alike on any number of threads") {
  const GolferOptions options{.side = 32, .swing = {-90, 45}, .camera = {-30, 30}};
  set_num_threads(1);
  const Golfers one = golfers(100, Rng(3), options);
  set_num_threads(3);
  const Golfers three = golfers(100, Rng(3), options), few = golfers(7, Rng(3), options);
  set_num_threads(0);
  CHECK(one.images.shape() == Shape{100, 1, 32, 32});
  CHECK(identical(one.images, three.images));
  CHECK(identical(one.factors, three.factors));
  CHECK(identical(few.images, one.images.slice(0, 0, 7).contiguous()));
  for (Index i = 0; i < 100; ++i) {
    const double swing = one.factors.at({i, 0}), camera = one.factors.at({i, 1});
    CHECK((swing >= -90 && swing <= 45 && camera >= -30 && camera <= 30));
    if (i < 10) CHECK(distance(one.images.select(0, i), draw_golfer({.swing = swing, .camera = camera}, 32)) < 1e-3);
  }
}

TEST_CASE("wrong golfers are named") {
  CHECK(message_of([] { draw_golfer({}, 8); }) == "draw_golfer: side is 8 but must be at least 16 pixels");
  CHECK(message_of([] { draw_golfer({.swing = 200}); }) ==
        "draw_golfer: swing is 200 degrees but must be within -180 to 180");
  CHECK(message_of([] { golfers(1, Rng(1), {.swing = {40, -40}}); }) ==
        "golfers: swing is from 40 to -40; low must not be above high");
  CHECK(message_of([] { golfers(-1, Rng(1)); }) == "golfers: n is -1 but must not be negative");
}
