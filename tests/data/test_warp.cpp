#include "data/warp.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "data/strokes.h"
#include "tensor/reduce.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

namespace {

// Where the ink of image [1, H, W] is on average, and how far it leans: x shifted for a row.
struct Placement {
  double mass = 0, x = 0, y = 0, lean = 0, height = 0;
};

Placement placement_of(const Tensor& image) {
  Placement ink;
  double xy = 0, yy = 0;
  const auto each = [&](auto add) {
    for (Index y = 0; y < image.size(1); ++y)
      for (Index x = 0; x < image.size(2); ++x)
        add(static_cast<double>(x), static_cast<double>(y), static_cast<double>(image.at({0, y, x})));
  };
  each([&](double x, double y, double m) { ink.mass += m, ink.x += m * x, ink.y += m * y; });
  ink.x /= ink.mass, ink.y /= ink.mass;
  each([&](double x, double y, double m) {
    xy += m * (x - ink.x) * (y - ink.y), yy += m * (y - ink.y) * (y - ink.y);
  });
  ink.lean = std::atan(xy / yy) * 57.29578;
  ink.height = std::sqrt(yy / ink.mass);
  return ink;
}

// Many copies of one picture: a bar of 4 x 12 in the middle of 28 x 28.
Tensor bars(Index n) {
  Tensor images = Tensor::zeros({n, 1, 28, 28});
  images.slice(2, 8, 20).slice(3, 12, 16).fill(1);
  return images;
}

constexpr AffineOptions kNothing = {.rotation = 0, .slant = 0, .scale = 0, .shift = 0};

struct Range {
  double least, most;
};
template <class Measure>
Range range_of(const Tensor& images, Measure measure) {
  Range r{1e9, -1e9};
  for (Index i = 0; i < images.size(0); ++i) {
    const double m = measure(placement_of(images.select(0, i)));
    r.least = std::min(r.least, m), r.most = std::max(r.most, m);
  }
  return r;
}

void check_fills(Range r, double from, double to, double tolerance) {
  CHECK(r.least > from - tolerance);
  CHECK(r.most < to + tolerance);
  CHECK(r.least < from + 0.1 * (to - from) + tolerance);
  CHECK(r.most > to - 0.1 * (to - from) - tolerance);
}

}  // namespace

TEST_CASE("random affine maps: with nothing to change, nothing changes; the same seed gives the same images") {
  const Tensor images = stroke_digits(20, Rng(1)).images;
  Rng rng(2), again(2);
  CHECK(identical(random_affine(images, rng, kNothing), images));
  again = Rng(2);
  rng = Rng(2);
  const Tensor first = random_affine(images, rng);
  CHECK(identical(first, random_affine(images, again)));
  CHECK_FALSE(identical(first, random_affine(images, again)));
  CHECK_FALSE(identical(first.select(0, 0), first.select(0, 1)));
  CHECK(min(first).item() >= 0);
  CHECK(max(first).item() <= 1);
  const std::string said = message_of([&] { random_affine(images.select(0, 0), rng); });
  CHECK(said.starts_with("random_affine: images is [1, 28, 28]"));
}

TEST_CASE("each part of the map does what its name says, as far as it may, to each image by itself") {
  Rng rng(3);
  const Tensor images = bars(300);
  const auto changed = [&](auto set) {
    AffineOptions options = kNothing;
    set(options);
    return random_affine(images, rng, options);
  };
  const Tensor moved = changed([](AffineOptions& o) { o.shift = 3; });
  check_fills(range_of(moved, [](const Placement& ink) { return ink.x; }), 10.5, 16.5, 0.01);
  check_fills(range_of(moved, [](const Placement& ink) { return ink.y; }), 10.5, 16.5, 0.01);
  check_fills(range_of(moved, [](const Placement& ink) { return ink.mass; }), 48, 48, 0.01);
  check_fills(range_of(moved, [](const Placement& ink) { return ink.lean; }), 0, 0, 0.01);

  const Tensor leant = changed([](AffineOptions& o) { o.slant = 20; });
  check_fills(range_of(leant, [](const Placement& ink) { return ink.lean; }), -20, 20, 0.5);
  check_fills(range_of(leant, [](const Placement& ink) { return ink.y; }), 13.5, 13.5, 0.01);

  const Tensor turned = changed([](AffineOptions& o) { o.rotation = 10; });
  // a bar of some width leans less
  check_fills(range_of(turned, [](const Placement& ink) { return ink.lean; }), -9, 9, 1);
  check_fills(range_of(turned, [](const Placement& ink) { return ink.mass; }), 48, 48, 1.5);

  const Tensor resized = changed([](AffineOptions& o) { o.scale = 0.3; });
  const double height = placement_of(images.select(0, 0)).height;
  check_fills(range_of(resized, [&](const Placement& ink) { return std::log(ink.height / height); }), -0.3, 0.3, 0.05);
  check_fills(range_of(resized, [](const Placement& ink) { return std::log(ink.mass / 48); }), -0.6, 0.6, 0.1);
}

TEST_CASE("random shifts: every move within reach equally often, pixel for pixel, all channels of an image together") {
  const Index n = 5000, reach = 1;
  Rng rng(4), again(4);
  const Tensor one = Rng(5).uniform({1, 2, 4, 5}, 1, 2);
  const Tensor moved = random_shift(one.expand({n, 2, 4, 5}), rng, reach);
  CHECK(identical(moved, random_shift(one.expand({n, 2, 4, 5}), again, reach)));

  std::vector<int> seen;
  for (Index down = -reach; down <= reach; ++down) {
    for (Index right = -reach; right <= reach; ++right) {
      Tensor expected = Tensor::zeros(one.shape());
      Real* to = expected.data();
      for (Index c = 0; c < 2; ++c)
        for (Index y = 0; y < 4; ++y)
          for (Index x = 0; x < 5; ++x, ++to)
            if (const Index v = y - down, u = x - right; v >= 0 && v < 4 && u >= 0 && u < 5) *to = one.at({0, c, v, u});
      int count = 0;
      for (Index i = 0; i < n; ++i) count += identical(moved.slice(0, i, i + 1), expected);
      seen.push_back(count);
    }
  }
  // Binomial with n = 5000, p = 1/9: 555.6, standard deviation 22.2.
  for (const int count : seen) CHECK(std::abs(count - n / 9.0) < 4 * 22.2);
  CHECK(std::accumulate(seen.begin(), seen.end(), 0) == n);

  CHECK(identical(random_shift(one, rng, 0), one));
  CHECK(min(max(random_shift(one.expand({200, 2, 4, 5}), rng, 3), {1, 2, 3})).item() > 0);  // a corner is left
  CHECK(message_of([&] { random_shift(one, rng, -1); }).starts_with("random_shift: pixels is -1"));
  CHECK(message_of([&] { random_shift(one, rng, 4); }) ==
        "random_shift: pixels is 4 but must be from 0 to 3: moved further, nothing of a 4 x 5 image is seen");
}
