#include "data/warp.h"

#include <algorithm>
#include <cmath>

#include "data/strokes.h"
#include "tensor/reduce.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

namespace {

// Where the ink of image [1, H, W] is on average, and how far it leans: x shifted for a row.
struct Ink {
  double mass = 0, x = 0, y = 0, lean = 0, height = 0;
};

Ink ink_of(const Tensor& image) {
  Ink ink;
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
    const double m = measure(ink_of(images.select(0, i)));
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
  check_fills(range_of(moved, [](const Ink& ink) { return ink.x; }), 10.5, 16.5, 0.01);
  check_fills(range_of(moved, [](const Ink& ink) { return ink.y; }), 10.5, 16.5, 0.01);
  check_fills(range_of(moved, [](const Ink& ink) { return ink.mass; }), 48, 48, 0.01);
  check_fills(range_of(moved, [](const Ink& ink) { return ink.lean; }), 0, 0, 0.01);

  const Tensor leant = changed([](AffineOptions& o) { o.slant = 20; });
  check_fills(range_of(leant, [](const Ink& ink) { return ink.lean; }), -20, 20, 0.5);
  check_fills(range_of(leant, [](const Ink& ink) { return ink.y; }), 13.5, 13.5, 0.01);

  const Tensor turned = changed([](AffineOptions& o) { o.rotation = 10; });
  check_fills(range_of(turned, [](const Ink& ink) { return ink.lean; }), -9, 9, 1);  // a bar of some width leans less
  check_fills(range_of(turned, [](const Ink& ink) { return ink.mass; }), 48, 48, 1.5);

  const Tensor resized = changed([](AffineOptions& o) { o.scale = 0.3; });
  const double height = ink_of(images.select(0, 0)).height;
  check_fills(range_of(resized, [&](const Ink& ink) { return std::log(ink.height / height); }), -0.3, 0.3, 0.05);
  check_fills(range_of(resized, [](const Ink& ink) { return std::log(ink.mass / 48); }), -0.6, 0.6, 0.1);
}
