#include "data/strokes.h"

#include <cmath>
#include <numbers>
#include <vector>

#include "tensor/parallel.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

namespace {

// Ink, centre of mass and second moments of an image [1, side, side], in pixels.
struct Moments {
  double ink = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0;
  double left = 1e9, right = -1, top = 1e9, bottom = -1;  // box of what is more than half inked

  explicit Moments(const Tensor& image) {
    const Index side = image.size(-1);
    const Real* p = image.data();
    auto each = [&](auto body) {
      for (Index i = 0; i < side * side; ++i)
        body(double(i % side) + 0.5, double(i / side) + 0.5, double(p[i]));
    };
    each([&](double px, double py, double m) { ink += m, x += m * px, y += m * py; });
    x /= ink, y /= ink;
    each([&](double px, double py, double m) {
      xx += m * (px - x) * (px - x) / ink, xy += m * (px - x) * (py - y) / ink,
          yy += m * (py - y) * (py - y) / ink;
      if (m <= 0.5) return;
      left = std::min(left, px - 0.5), right = std::max(right, px + 0.5);
      top = std::min(top, py - 0.5), bottom = std::max(bottom, py + 0.5);
    });
  }
  double shear_degrees() const { return std::atan(-xy / yy) * 180 / std::numbers::pi; }
  double longer_side() const { return std::max(right - left, bottom - top); }
};

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  double ma = 0, mb = 0, ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) ma += a[i] / double(a.size()), mb += b[i] / double(b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - ma) * (b[i] - mb), aa += (a[i] - ma) * (a[i] - ma), bb += (b[i] - mb) * (b[i] - mb);
  }
  return ab / std::sqrt(aa * bb);
}

// Correlation of a factor with what `measure` finds in the images.
template <class F>
double follows(const StrokeOptions& options, StrokeFactor factor, F measure) {
  const StrokeDigits digits = stroke_digits(300, Rng(7), options);
  std::vector<double> set, found;
  for (Index i = 0; i < 300; ++i) {
    set.push_back(digits.factor(factor).at({i}));
    found.push_back(measure(Moments(digits.images.select(0, i))));
  }
  return correlation(set, found);
}

std::string error_of(const StrokeOptions& options) {
  return message_of([&] { stroke_digits(1, Rng(1), options); });
}

}  // namespace

TEST_CASE("the same seed gives the same bits, on any number of threads") {
  set_num_threads(1);
  const StrokeDigits one = stroke_digits(500, Rng(3));
  for (int threads : {2, 3, 8}) {
    set_num_threads(threads);
    const StrokeDigits many = stroke_digits(500, Rng(3));
    CHECK(identical(one.images, many.images));
    CHECK(identical(one.factors, many.factors));
    CHECK(one.labels.values == many.labels.values);
  }
  set_num_threads(0);
  CHECK_FALSE(identical(one.images, stroke_digits(500, Rng(4)).images));
}

TEST_CASE("element i depends on the seed and i, not on how many are drawn") {
  const Rng rng(11);
  const StrokeDigits few = stroke_digits(37, rng), many = stroke_digits(200, rng);
  CHECK(identical(few.images, many.images.slice(0, 0, 37).contiguous()));
  CHECK(identical(few.factors, many.factors.slice(0, 0, 37).contiguous()));
}

TEST_CASE("fixing one factor leaves the others as they were") {
  const StrokeDigits free = stroke_digits(50, Rng(5)), fixed = stroke_digits(50, Rng(5), {.slant = {8, 8}});
  CHECK(free.labels.values == fixed.labels.values);
  CHECK(identical(free.factor(StrokeFactor::kThickness).contiguous(),
                  fixed.factor(StrokeFactor::kThickness).contiguous()));
  for (Index i = 0; i < 50; ++i) CHECK(fixed.factor(StrokeFactor::kSlant).at({i}) == Real(8));
}

TEST_CASE("factors stay in their ranges, classes and styles in theirs") {
  const StrokeOptions options{.classes = {3, 7}};
  const StrokeDigits digits = stroke_digits(400, Rng(2), options);
  int threes = 0;
  for (Index i = 0; i < 400; ++i) {
    REQUIRE((digits.labels[i] == 3 || digits.labels[i] == 7));
    threes += digits.labels[i] == 3;
    CHECK(digits.styles[i] >= 0);
    CHECK(digits.styles[i] < stroke_styles(digits.labels[i]));
    const double slant = digits.factor(StrokeFactor::kSlant).at({i});
    CHECK(slant >= options.slant.low);
    CHECK(slant <= options.slant.high);
  }
  CHECK(threes > 160);
  CHECK(threes < 240);
}

TEST_CASE("pixels are ink between 0 and 1, and hardly any ink reaches the border") {
  const StrokeDigits digits = stroke_digits(300, Rng(9));
  for (Real v : digits.images.to_vector()) REQUIRE((v >= 0 && v <= 1));
  double border = 0;
  for (Index i = 0; i < 300; ++i) {
    for (Index k = 0; k < 28; ++k) {
      for (Index edge : {0, 27})
        border += digits.images.at({i, 0, edge, k}) + digits.images.at({i, 0, k, edge});
    }
  }
  CHECK(border / 300 < 0.05);
}

TEST_CASE("slant leans the digit") {
  for (int digit : {0, 1, 5, 8}) {
    CAPTURE(digit);
    StrokeOptions options = StrokeOptions::fixed();
    options.classes = {digit}, options.slant = {-20, 35};
    CHECK(follows(options, StrokeFactor::kSlant, [](const Moments& m) { return m.shear_degrees(); }) > 0.999);
    options.wobble = {1, 1};
    CHECK(follows(options, StrokeFactor::kSlant, [](const Moments& m) { return m.shear_degrees(); }) > 0.9);
  }
  // An upright bar leans by exactly the angle.
  const Tensor bar = draw_stroke_digit({.digit = 1, .slant = 20, .thickness = 2});
  CHECK(Moments(bar).shear_degrees() == approx(20, 0.02));
}

TEST_CASE("rotation turns the digit clockwise") {
  for (double angle : {-15.0, 0.0, 25.0}) {
    const Moments m(draw_stroke_digit({.digit = 1, .rotation = angle, .thickness = 2}));
    const double axis = 0.5 * std::atan2(-2 * m.xy, m.yy - m.xx) * 180 / std::numbers::pi;  // from the vertical
    CHECK(axis == approx(angle, 0.02));
  }
}

TEST_CASE("thickness is ink over length") {
  for (double t : {1.5, 2.5, 4.0}) {
    const Moments m(draw_stroke_digit({.digit = 1, .thickness = t}));
    const double bar_with_round_ends = t * (20 - t) + std::numbers::pi * t * t / 4;
    CHECK(m.ink == approx(bar_with_round_ends, 0.03));
  }
  StrokeOptions options = StrokeOptions::fixed();
  options.classes = {2}, options.thickness = {1.5, 4}, options.wobble = {1, 1};
  CHECK(follows(options, StrokeFactor::kThickness, [](const Moments& m) { return m.ink; }) > 0.9);
}

TEST_CASE("size is the longer side of the ink's box, in twenties of pixels") {
  for (double size : {0.6, 0.8, 1.0}) {
    for (int digit = 0; digit < 10; ++digit) {
      CAPTURE(digit);
      const Moments m(draw_stroke_digit({.digit = digit, .slant = 10, .size = size, .wobble = 1, .hand = 4}));
      CHECK(std::abs(m.longer_side() - 20 * size) <= 1.5);
    }
  }
}

TEST_CASE("aspect widens the digit") {
  StrokeOptions options = StrokeOptions::fixed();
  options.classes = {0}, options.aspect = {0.6, 1.2};
  CHECK(follows(options, StrokeFactor::kAspect, [](const Moments& m) { return std::sqrt(m.xx / m.yy); }) >
        0.99);
}

TEST_CASE("x and y place the centre of mass") {
  for (int digit = 0; digit < 10; ++digit) {
    CAPTURE(digit);
    const Moments m(draw_stroke_digit({.digit = digit, .size = 0.8, .x = 2.5, .y = -1.25, .wobble = 1}));
    CHECK(std::abs(m.x - 16.5) < 0.05);
    CHECK(std::abs(m.y - 12.75) < 0.05);
  }
}

TEST_CASE("without wobble a digit of given factors is one picture; with wobble every hand differs") {
  const Tensor steady = draw_stroke_digit({.digit = 5, .hand = 1});
  CHECK(identical(steady, draw_stroke_digit({.digit = 5, .hand = 2})));
  CHECK_FALSE(identical(draw_stroke_digit({.digit = 5, .wobble = 1, .hand = 1}),
                        draw_stroke_digit({.digit = 5, .wobble = 1, .hand = 2})));
  const StrokeDigits fixed = stroke_digits(10, Rng(1), [] {
    StrokeOptions o = StrokeOptions::fixed();
    o.classes = {5};
    return o;
  }());
  for (Index i = 1; i < 10; ++i) CHECK(identical(fixed.images.select(0, 0), fixed.images.select(0, i)));
}

TEST_CASE("a larger image shows the same digit") {
  const StrokeDigit digit{.digit = 8, .slant = 12, .wobble = 1, .hand = 3};
  const Tensor small = draw_stroke_digit(digit), large = draw_stroke_digit(digit, 84);
  double worst = 0;
  for (Index row = 0; row < 28; ++row) {
    for (Index col = 0; col < 28; ++col) {
      double mean = 0;
      for (Index k = 0; k < 9; ++k) mean += large.at({0, 3 * row + k / 3, 3 * col + k % 3}) / 9;
      worst = std::max(worst, std::abs(mean - small.at({0, row, col})));
    }
  }
  CHECK(worst < 0.2);
}

TEST_CASE("classes can be told apart: the nearest class mean recognises held-out digits") {
  const Rng rng(21);
  const StrokeDigits train = stroke_digits(4000, rng.fork("train")),
                     test = stroke_digits(1000, rng.fork("test"));
  std::vector<double> means(10 * 784), count(10);
  for (Index i = 0; i < 4000; ++i) ++count[std::size_t(train.labels[i])];
  for (Index i = 0; i < 4000 * 784; ++i) {
    const auto c = std::size_t(train.labels[i / 784]);
    means[c * 784 + std::size_t(i % 784)] += train.images.data()[i] / count[c];
  }
  int right = 0;
  for (Index i = 0; i < 1000; ++i) {
    double nearest = 1e9;
    int guess = -1;
    for (int c = 0; c < 10; ++c) {
      double d = 0;
      for (Index p = 0; p < 784; ++p)
        d += std::pow(test.images.data()[i * 784 + p] - means[std::size_t(c * 784 + p)], 2);
      if (d < nearest) nearest = d, guess = c;
    }
    right += guess == test.labels[i];
  }
  MESSAGE("nearest class mean: ", right / 10.0, " %");
  CHECK(right > 650);  // chance is 100
}

TEST_CASE("free_factors(m) lets the first m factors vary and holds the rest") {
  const StrokeDigits still = stroke_digits(3, Rng(1), StrokeOptions::fixed());
  for (int m = 0; m <= 7; ++m) {
    CAPTURE(m);
    StrokeOptions options = StrokeOptions::free_factors(m);
    options.classes = {3};
    const StrokeDigits digits = stroke_digits(40, Rng(2), options);
    for (int f = 0; f < kStrokeFactors; ++f) {
      CAPTURE(f);
      double low = 1e9, high = -1e9;
      for (Real v : digits.factors.select(1, f).to_vector()) {
        low = std::min(low, double(v)), high = std::max(high, double(v));
      }
      if (f < m) CHECK(high > low + 0.2);
      else CHECK((low == high && low == double(still.factors.at({0, f}))));
    }
    CHECK(identical(digits.images.select(0, 0), digits.images.select(0, 1)) == (m == 0));
  }
  CHECK(message_of([] { StrokeOptions::free_factors(8); }) ==
        "StrokeOptions::free_factors: m is 8 but there are 0 to 7 factors to free");
}

TEST_CASE("wrong options are named") {
  CHECK(error_of({.side = 4}) == "stroke_digits: side is 4 but must be at least 8 pixels");
  CHECK(error_of({.classes = {3, 12}}) == "stroke_digits: classes has 12 but holds digits 0 to 9");
  CHECK(error_of({.slant = {20, -20}}) == "stroke_digits: slant is from 20 to -20; low must not be above high");
  CHECK(error_of({.thickness = {0, 2}}) == "stroke_digits: thickness is 0 but must be positive");
  CHECK_THROWS_WITH_AS(draw_stroke_digit({.digit = 0, .style = 9}),
                       "draw_stroke_digit: style is 9 but digit 0 has styles 0 to 1", Error);
}
