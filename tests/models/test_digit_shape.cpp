// What is measured of a digit, against the factors that drew it.
#include "models/digit_shape.h"

#include <algorithm>
#include <cmath>

#include "data/strokes.h"
#include "models/factor_measures.h"
#include "tensor/elementwise.h"
#include "tensor/parallel.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

namespace {

constexpr int kSlant = 0, kThickness = 1, kSize = 2;  // columns of digit_shapes

// 1,000 digits of all classes and styles, leaning and thick at random.
StrokeOptions leaning_and_thick() {
  StrokeOptions options = StrokeOptions::fixed();
  options.style = -1;
  options.slant = {-15, 30}, options.thickness = {1.8, 3.8};
  return options;
}

// What each digit measures if it is drawn upright, all else equal.
Tensor measured_upright(const StrokeDigits& digits) {
  std::vector<Real> slant;
  for (Index i = 0; i < digits.labels.numel(); ++i) {
    const auto f = [&](StrokeFactor factor) { return static_cast<double>(digits.factor(factor).at({i})); };
    const StrokeDigit upright = {.digit = digits.labels[i], .style = digits.styles[i],
                                 .thickness = f(StrokeFactor::kThickness), .size = f(StrokeFactor::kSize)};
    slant.push_back(static_cast<Real>(digit_shape(draw_stroke_digit(upright)).slant));
  }
  return Tensor::from(slant, {digits.labels.numel()});
}

struct Agreement {
  double mean_error, worst, correlation;
};
Agreement agreement(const Tensor& measured, const Tensor& truth) {
  Agreement out{.mean_error = 0, .worst = 0, .correlation = correlation(measured, truth)};
  for (Index i = 0; i < truth.numel(); ++i) {
    const double error = std::abs(static_cast<double>(measured.at({i})) - truth.at({i}));
    out.mean_error += error / static_cast<double>(truth.numel());
    out.worst = std::max(out.worst, error);
  }
  MESSAGE(out.mean_error, " on average, ", out.worst, " at worst, correlation ", out.correlation);
  return out;
}

}  // namespace

TEST_CASE("slant: of 1,000 digits, against their shapes upright, within 5 % of the generator's range on average") {
  const StrokeDigits digits = stroke_digits(1000, Rng(1), leaning_and_thick());
  const Tensor leans = digit_shapes(digits.images).select(1, kSlant) - measured_upright(digits);
  const Agreement found = agreement(leans, digits.factor(StrokeFactor::kSlant));
  CHECK(found.mean_error < 0.05 * 45);
  CHECK(found.correlation > 0.98);
}

TEST_CASE("thickness: of 1,000 digits, within 5 % of the generator's range on average") {
  const StrokeDigits digits = stroke_digits(1000, Rng(2), leaning_and_thick());
  const Tensor thickness = digit_shapes(digits.images).select(1, kThickness);
  const Agreement found = agreement(thickness, digits.factor(StrokeFactor::kThickness));
  CHECK(found.mean_error < 0.05 * (3.8 - 1.8));
  CHECK(found.correlation > 0.98);
}

TEST_CASE("size: of 1,000 digits, within 5 % of the generator's on average") {
  StrokeOptions options = leaning_and_thick();
  options.size = {0.6, 1.0};
  const StrokeDigits digits = stroke_digits(1000, Rng(3), options);
  const Agreement found = agreement(digit_shapes(digits.images).select(1, kSize), digits.factor(StrokeFactor::kSize));
  CHECK(found.mean_error < 0.05 * 0.4);
  CHECK(found.correlation > 0.98);
}

TEST_CASE("with every factor free, as a data set has them, the measures still follow theirs") {
  const StrokeDigits digits = stroke_digits(1000, Rng(4));
  const Tensor shapes = digit_shapes(digits.images);
  // Rotation leans a digit as well, and each class and style leans in its own way.
  const Tensor lean = digits.factor(StrokeFactor::kSlant) + digits.factor(StrokeFactor::kRotation);
  const double slant = correlation_within(shapes.select(1, kSlant), lean, digits.labels, 10);
  const double thickness = correlation(shapes.select(1, kThickness), digits.factor(StrokeFactor::kThickness));
  MESSAGE("slant ", slant, ", thickness ", thickness);
  CHECK(slant > 0.8);
  CHECK(thickness > 0.9);
}

TEST_CASE("a bar: its width, its length, and its lean, by hand") {
  Tensor bar = Tensor::zeros({28, 28});
  bar.slice(0, 4, 24).slice(1, 12, 15).fill(1);
  const DigitShape shape = digit_shape(bar);
  CHECK(shape.slant == doctest::Approx(0));
  CHECK(shape.thickness == approx(3, 0.06));
  CHECK(shape.size == approx(1, 0.02));
  Tensor diagonal = Tensor::zeros({28, 28});  // up and to the right at 45 degrees
  for (Index i = 5; i < 23; ++i) diagonal.slice(1, 27 - i - 1, 27 - i + 2).select(0, i).fill(1);
  CHECK(digit_shape(diagonal).slant == approx(45, 0.02));
}

TEST_CASE("a bar at the edge is as thick as one amid the paper, and a blot at a stroke's end does not thicken it") {
  const auto bar = [](Index top, Index height) {
    Tensor x = Tensor::zeros({28, 28});
    x.slice(0, top, top + height).fill(1);
    return x;
  };
  CHECK(digit_shape(bar(0, 4)).thickness == approx(digit_shape(bar(12, 4)).thickness, 0.01));
  CHECK(digit_shape(bar(24, 4)).thickness == approx(digit_shape(bar(12, 4)).thickness, 0.01));
  Tensor blotted = bar(12, 2);
  blotted.slice(0, 9, 17).slice(1, 20, 28).fill(1);
  CHECK(digit_shape(blotted).thickness == approx(digit_shape(bar(12, 2)).thickness, 0.05));
}

TEST_CASE("nothing has no shape, and the same bits come from any number of threads") {
  const DigitShape none = digit_shape(Tensor::zeros({1, 28, 28}));
  CHECK(none.slant == 0);
  CHECK(none.thickness == 0);
  CHECK(none.size == 0);
  const Tensor images = stroke_digits(200, Rng(5)).images;
  set_num_threads(1);
  const Tensor one = digit_shapes(images);
  set_num_threads(3);
  CHECK(identical(one, digit_shapes(images)));
  set_num_threads(0);
  CHECK(message_of([&] { digit_shape(images); }) == "digit_shape: image is [200, 1, 28, 28] but must be [H, W] or "
                                                    "[1, H, W]");
}
