#include "data/manifolds.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

#include "tensor/matmul.h"
#include "tensor/parallel.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

namespace {

constexpr double kPi = std::numbers::pi;

double distance(const Tensor& rows, Index i, Index j) {
  double sum = 0;
  for (Index k = 0; k < rows.size(1); ++k) sum += std::pow(rows.at({i, k}) - rows.at({j, k}), 2);
  return std::sqrt(sum);
}

// Largest |a / b - 1| of distances between points and in the chart, over pairs at most `reach` apart in the chart.
double worst_stretch(const PointCloud& cloud, double reach) {
  double worst = 0;
  int pairs = 0;
  for (Index i = 0; i < cloud.points.size(0); ++i) {
    for (Index j = 0; j < i; ++j) {
      const double true_distance = distance(cloud.chart, i, j);
      if (true_distance > reach || true_distance < reach / 100) continue;  // rounding decides those that touch
      worst = std::max(worst, std::abs(distance(cloud.points, i, j) / true_distance - 1));
      ++pairs;
    }
  }
  REQUIRE(pairs > 50);
  return worst;
}

// Shares of a column in `bins` equal parts of [low, high], as the largest distance from equal shares.
double unevenness(const Tensor& column, double low, double high, int bins) {
  std::vector<double> share(static_cast<std::size_t>(bins));
  for (Real v : column.to_vector()) {
    REQUIRE((v >= low - 1e-4 && v <= high + 1e-4));
    const int bin = std::clamp(static_cast<int>((v - low) / (high - low) * bins), 0, bins - 1);
    share[static_cast<std::size_t>(bin)] += 1.0 / static_cast<double>(column.numel());
  }
  double worst = 0;
  for (double s : share) worst = std::max(worst, std::abs(s * bins - 1));
  return worst;
}

template <class Draw>
void check_repeats(Draw draw) {
  set_num_threads(1);
  const PointCloud one = draw(300, Rng(3));
  set_num_threads(3);
  const PointCloud three = draw(300, Rng(3)), few = draw(40, Rng(3));
  set_num_threads(0);
  CHECK(identical(one.points, three.points));
  CHECK(identical(one.chart, three.chart));
  CHECK(identical(few.points, one.points.slice(0, 0, 40).contiguous()));
  CHECK_FALSE(identical(one.points, draw(300, Rng(4)).points));
}

}  // namespace

TEST_CASE("the same seed gives the same points on any number of threads, however many are drawn") {
  check_repeats([](Index n, Rng rng) { return spiral(n, rng, {.noise = 0.1}); });
  check_repeats([](Index n, Rng rng) { return swiss_roll(n, rng, {.hole = true, .noise = 0.1}); });
  check_repeats([](Index n, Rng rng) { return s_curve(n, rng, {.noise = 0.1}); });
  check_repeats([](Index n, Rng rng) { return severed_sphere(n, rng, {.noise = 0.1}); });
  check_repeats([](Index n, Rng rng) { return hypercube(n, 3, 20, rng, {.noise = 0.1}); });
}

TEST_CASE("arc length of the spiral is what many short steps add up to, and angle is its inverse") {
  double length = 0, x = 0, y = 0;
  for (int i = 1; i <= 200000; ++i) {
    const double t = 12.0 * i / 200000, to_x = t * std::cos(t), to_y = t * std::sin(t);
    length += std::hypot(to_x - x, to_y - y);
    x = to_x, y = to_y;
  }
  CHECK(spiral_arc_length(12) == approx(length, 1e-7));
  CHECK(spiral_arc_length(0) == 0);
  CHECK(spiral_angle(0) == 0);
  for (double t : {1e-6, 0.1, 1.0, 7.0, 100.0}) CHECK(spiral_angle(spiral_arc_length(t)) == doctest::Approx(t));
}

TEST_CASE("charts of spiral, Swiss roll and S-curve keep lengths: what is near is as far as they say") {
  CHECK(worst_stretch(spiral(1000, Rng(1)), 0.5) < 0.01);
  CHECK(worst_stretch(swiss_roll(1000, Rng(1)), 1) < 0.01);
  CHECK(worst_stretch(s_curve(1000, Rng(1)), 0.2) < 0.005);
  // A wrong chart would show: on the sphere a radian of longitude is shorter near the poles.
  CHECK(worst_stretch(severed_sphere(1000, Rng(1)), 0.2) > 0.3);
}

TEST_CASE("points are on the curve or surface that the chart names, and fill it evenly") {
  const PointCloud curve = spiral(4000, Rng(2), {.from = 2, .turns = 2});
  const double end = 2 + 4 * kPi;
  for (Index i = 0; i < 50; ++i) {
    const double t = spiral_angle(curve.chart.at({i, 0}));
    CHECK(std::hypot(curve.points.at({i, 0}), curve.points.at({i, 1})) == approx(t, 1e-5));
  }
  CHECK(unevenness(curve.chart, spiral_arc_length(2), spiral_arc_length(end), 10) < 0.2);

  const PointCloud roll = swiss_roll(4000, Rng(2));
  CHECK(unevenness(roll.chart.select(1, 1).contiguous(), 0, 21, 10) < 0.2);
  for (Index i = 0; i < 50; ++i) {
    const double t = spiral_angle(roll.chart.at({i, 0}));
    CHECK((t >= 1.5 * kPi - 1e-4 && t <= 4.5 * kPi + 1e-4));
    CHECK(roll.points.at({i, 0}) == approx(t * std::cos(t), 1e-4));
    CHECK(roll.points.at({i, 1}) == roll.chart.at({i, 1}));
    CHECK(roll.points.at({i, 2}) == approx(t * std::sin(t), 1e-4));
  }

  const PointCloud ball = severed_sphere(4000, Rng(2));
  CHECK(unevenness(ball.chart.select(1, 0).contiguous(), 0, 2 * kPi - 0.55, 10) < 0.2);
  CHECK(unevenness(ball.points.select(1, 2).contiguous(), -std::cos(kPi / 8), std::cos(kPi / 8), 10) < 0.2);
  for (Index i = 0; i < 50; ++i) {
    double length = 0;
    for (Index k = 0; k < 3; ++k) length += std::pow(ball.points.at({i, k}), 2);
    CHECK(length == approx(1, 1e-5));
    CHECK(std::cos(ball.chart.at({i, 1})) == approx(ball.points.at({i, 2}), 1e-4));
  }
}

TEST_CASE("the hole is a ninth of the sheet's square, and nothing lies in it") {
  const auto inside = [](const PointCloud& roll, Index i) {
    const double t = spiral_angle(roll.chart.at({i, 0})), h = roll.chart.at({i, 1});
    return t > 2.5 * kPi && t < 3.5 * kPi && h > 7 && h < 14;
  };
  int whole = 0, holed = 0;
  const PointCloud without = swiss_roll(3000, Rng(5)), with = swiss_roll(3000, Rng(5), {.hole = true});
  for (Index i = 0; i < 3000; ++i) whole += inside(without, i), holed += inside(with, i);
  CHECK(holed == 0);
  CHECK(std::abs(whole - 3000 / 9) < 60);
}

TEST_CASE("a hypercube keeps its chart's distances in any number of dimensions, and is turned out of the axes") {
  for (auto [d, D] : {std::pair<Index, Index>{1, 1}, {2, 3}, {10, 50}, {50, 50}}) {
    CAPTURE(d);
    const PointCloud cube = hypercube(400, d, D, Rng(6));
    CHECK(cube.points.shape() == Shape{400, D});
    CHECK(unevenness(cube.chart.select(1, d - 1).contiguous(), 0, 1, 4) < 0.3);
    double worst = 0;
    for (Index i = 1; i < 100; ++i) {
      worst = std::max(worst, std::abs(distance(cube.points, i, 0) - distance(cube.chart, i, 0)));
    }
    CHECK(worst < 1e-5);
    if (D == 1) continue;
    double largest = 0;  // a coordinate alone: no axis of the cube is one of the space
    for (Index k = 0; k < D; ++k) largest = std::max(largest, std::abs(double(cube.points.at({0, k}))));
    CHECK(largest < 0.98 * std::sqrt(double(d)));
  }
  CHECK_FALSE(identical(hypercube(5, 2, 9, Rng(1)).points, hypercube(5, 2, 9, Rng(2)).points));
}

TEST_CASE("noise moves the points by so much, and leaves the chart") {
  const PointCloud clean = swiss_roll(2000, Rng(8)), noisy = swiss_roll(2000, Rng(8), {.noise = 0.5});
  CHECK(identical(clean.chart, noisy.chart));
  double squares = 0;
  for (Index i = 0; i < clean.points.numel(); ++i) {
    squares += std::pow(clean.points.data()[i] - noisy.points.data()[i], 2);
  }
  CHECK(std::sqrt(squares / double(clean.points.numel())) == approx(0.5, 0.05));
}

TEST_CASE("none, and wrong options by name") {
  CHECK(swiss_roll(0, Rng(1)).points.shape() == Shape{0, 3});
  CHECK(message_of([] { swiss_roll(-1, Rng(1)); }) == "swiss_roll: n is -1 but must not be negative");
  CHECK(message_of([] { s_curve(3, Rng(1), {.noise = -1}); }) == "s_curve: noise is -1 but must not be negative");
  CHECK(message_of([] { spiral(3, Rng(1), {.turns = 0}); }) == "spiral: turns is 0 but must be positive");
  CHECK(message_of([] { severed_sphere(3, Rng(1), {.slice = 7}); }) ==
        "severed_sphere: slice is 7 but must be in [0, 2 pi)");
  CHECK(message_of([] { hypercube(3, 5, 4, Rng(1)); }) == "hypercube: d is 5 but must be from 1 to D = 4");
  CHECK(message_of([] { spiral_arc_length(-1); }) == "spiral_arc_length: t is -1 but must not be negative");
}
