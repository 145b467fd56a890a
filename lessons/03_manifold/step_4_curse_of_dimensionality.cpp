// 3.4  The curse of dimensionality: space grows exponentially, data get sparse, distances stop telling anything apart.
//
//   points needed    for one within r of a place: 1 / (V_d r^d) on average, V_d the volume of the unit ball
//   corners          the ball in the cube keeps V_d / 2^d of its volume
//   shell            the outer tenth of a cube or a ball holds 1 - 0.9^d of it
//   contrast         (farthest - nearest) / nearest of 1,000 distances goes to 0 (Beyer et al. 1999)
//
// Four experiments, each against its formula or a control, each for more and more dimensions d. They are about points
// that fill a cube evenly. Digits do not fill theirs, and there the curse does not bite: see 3.5.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "data/manifolds.h"
#include "lessons/high_dimensions.h"
#include "lessons/lesson.h"
#include "manifold/quality.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tensor/reduce.h"

using namespace gradfold;

namespace {

// The same from theory. Distances to a point of [0, 1]^d are nearly normal with std / mean = sqrt(0.3 / d), and the
// extremes of 1,000 normal numbers are 3.241 standard deviations from their mean on average.
double theoretical_contrast(double d) {
  const double extreme = 3.241 * std::sqrt(0.3 / d);
  return 2 * extreme / (1 - extreme);
}

// Share of the distances in each of 60 equal parts of 0..2 times their mean.
void draw_histogram(Chart& chart, const std::string& name, const Tensor& distances) {
  constexpr int kBins = 60;
  std::vector<double> at(kBins), share(kBins);
  const double average = mean(distances).item();
  for (int bin = 0; bin < kBins; ++bin) at[static_cast<std::size_t>(bin)] = 2.0 * bin / kBins;
  for (double v : values(distances)) {
    const int bin = static_cast<int>(v / average / 2 * kBins);
    if (bin < kBins) share[static_cast<std::size_t>(bin)] += 1.0 / static_cast<double>(distances.numel());
  }
  chart.stairs(name, at, share);
}

}  // namespace

int main(int argc, char** argv) {
  Lesson lesson(
      argc, argv,
      {.step = "3.4", .title = "The curse of dimensionality",
       .note = "데이터 차원이 높아질수록 공간이 기하급수적으로 커짐 -> 같은 밀도를 유지하려면 필요한 데이터 양도 "
               "기하급수적으로 증가함 / 데이터가 희소해지고 거리 기반 알고리즘이 무의미해짐",
       .claim = "The more dimensions, the exponentially larger the space, and the more data it takes for the same "
                "density; data get sparse and algorithms based on distance meaningless.",
       .look_at = "Look at distances.png: in 1,000 dimensions all points are equally far. Then at contrast.png:\n"
                  "which of the curves does not fall, and why? In noise.png a dimension of noise is as strong as a\n"
                  "pixel: make it a tenth as strong (spread). How many dimensions does a nearest neighbour stand now?",
       .labels = true, .epochs = 0, .full_epochs = 0, .train = 2000, .test = 500, .fewest_test = 50});

  // ---- how many points for the same density? --------------------------------------------------------------
  const double r = 0.2;
  std::vector<double> dims, needed, expected;
  double worst = 0;
  for (int d = 1; d <= 7; ++d) {
    dims.push_back(d);
    needed.push_back(points_needed(d, r, lesson.full() ? 4000 : 1000, lesson.rng(fmt::format("needed {}", d))));
    expected.push_back(1 / (ball_volume(d) * std::pow(r, d)));
    worst = std::max(worst, std::abs(needed.back() / expected.back() - 1));
    lesson.say("  {} dimension{}: {:8.1f} points for one within {} of the middle ({:.1f} by the formula)", d,
               d > 1 ? "s" : " ", needed.back(), r, expected.back());
  }
  const double log_volume = 392 * std::log(std::numbers::pi) - std::lgamma(393);  // of the unit ball in 784 dimensions
  lesson.say("  784 dimensions: 10^{:.0f} by the formula\n", -(log_volume + 784 * std::log(r)) / std::log(10.0));
  Chart density({.title = "points needed for one within 0.2 of a place", .x = "dimensions", .y = "points",
                 .log_y = true});
  density.line("1 / (V_d 0.2^d)", dims, expected).scatter("measured", dims, needed);
  lesson.picture("points_needed.png", density, "a straight line on this scale would be exponential; it bends upward");
  double least_growth = 1e9;
  for (std::size_t i = 1; i < needed.size(); ++i) least_growth = std::min(least_growth, needed[i] / needed[i - 1]);
  lesson.claim("M4", "the same density takes exponentially more points: every dimension multiplies them, by more and "
                     "more",
               least_growth, least_growth > 2.5 && needed[6] / needed[5] > needed[1] / needed[0] && worst < 0.15,
               fmt::format("{:.1f} points in 1, {:.0f} in 3, {:.0f} in 7 dimensions: times {:.1f} to {:.1f} each; at "
                           "most {:.0f} % off 1 / (V_d r^d)",
                           needed[0], needed[2], needed[6], needed[1] / needed[0], needed[6] / needed[5],
                           100 * worst));

  // ---- where the volume is --------------------------------------------------------------------------------
  std::vector<double> with_ball, ball, cube_shell, ball_shell;
  dims.clear();
  worst = 0;
  for (const int d : {1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50}) {
    const VolumeShares s = volume_shares(d, 100000, lesson.rng(fmt::format("shares {}", d)));
    dims.push_back(d), ball.push_back(s.ball), cube_shell.push_back(s.cube_shell);
    const double outside = 1 - std::pow(0.9, d);
    worst = std::max({worst, std::abs(s.ball - ball_volume(d) / std::pow(2, d)), std::abs(s.cube_shell - outside)});
    if (s.in_ball < 1000) continue;  // too few to tell where in the ball they are
    with_ball.push_back(d), ball_shell.push_back(s.ball_shell);
    worst = std::max(worst, std::abs(s.ball_shell - outside) * std::sqrt(static_cast<double>(s.in_ball) / 1e5));
  }
  std::vector<double> fine, ball_formula, shell_formula;
  for (double d = 1; d <= 50; d += 0.5) {
    fine.push_back(d), ball_formula.push_back(ball_volume(d) / std::pow(2, d));
    shell_formula.push_back(1 - std::pow(0.9, d));
  }
  Chart where_it_is({.title = "where a cube keeps its volume", .x = "dimensions", .y = "share"});
  where_it_is.line("outer tenth: 1 - 0.9^d", fine, shell_formula);
  where_it_is.line("ball in the cube: V_d / 2^d", fine, ball_formula);
  where_it_is.scatter("outer tenth of the cube, measured", dims, cube_shell);
  where_it_is.scatter("outer tenth of the ball, measured", with_ball, ball_shell);
  where_it_is.scatter("ball in the cube, measured", dims, ball);
  lesson.picture("shares.png", where_it_is, "100,000 points in a cube: soon all of them are in its corners");
  lesson.claim("M4", "there is no middle any more: the volume is in the shell and in the corners", worst,
               worst < 0.01 && cube_shell.back() > 0.99 && ball[7] < 0.01,
               fmt::format("50 dimensions: {:.1f} % of a cube is in its outer tenth; 10 dimensions: {:.2f} % of it in "
                           "the ball that fits; at most {:.4f} off the formulas",
                           100 * cube_shell.back(), 100 * ball[7], worst));

  // ---- distances -----------------------------------------------------------------------------------------
  std::vector<double> of_cube, of_sheet, theory, theory_dims;
  dims.clear();
  Chart histogram({.title = "distances from a point to 1,000 others", .x = "distance over the mean distance",
                   .y = "share of the points"});
  for (const int d : {2, 3, 5, 10, 20, 50, 100, 200, 500, 1000}) {
    Rng rng = lesson.rng(fmt::format("cube {}", d));
    const Tensor queries = rng.uniform({50, d}), distances = sorted_distances(queries, rng.uniform({1000, d}));
    const Tensor sheet = hypercube(1050, 2, d, rng).points;  // a square sheet, turned into d dimensions
    dims.push_back(d), of_cube.push_back(relative_contrast(distances));
    of_sheet.push_back(relative_contrast(sorted_distances(sheet.slice(0, 0, 50).contiguous(),
                                                 sheet.slice(0, 50, 1050).contiguous())));
    if (d >= 10) theory_dims.push_back(d), theory.push_back(theoretical_contrast(d));
    if (d == 2 || d == 10 || d == 100 || d == 1000) {
      draw_histogram(histogram, fmt::format("{} dimensions", d), distances);
    }
  }
  // Digits among digits, and random images of as many pixels among their like.
  const Dataset train = lesson.train_images(), test = lesson.test_images();
  const Tensor points = train.images.flatten(1), queries = test.images.flatten(1);
  const Index pixels = points.size(1), some = std::min<Index>(1000, points.size(0));
  Rng drawing = lesson.rng("random images");
  const double of_digits = relative_contrast(
      sorted_distances(queries.slice(0, 0, 50).contiguous(), points.slice(0, 0, some).contiguous()));
  const double of_random =
      relative_contrast(sorted_distances(drawing.uniform({50, pixels}), drawing.uniform({some, pixels})));
  Chart contrasts({.title = "relative contrast of distances: (farthest - nearest) / nearest", .x = "dimensions",
                   .y = "contrast", .log_x = true, .log_y = true});
  contrasts.line("uniform in a cube, theory", theory_dims, theory);
  contrasts.scatter("uniform in a cube, measured", dims, of_cube);
  contrasts.line("a flat sheet in so many dimensions", dims, of_sheet);
  contrasts.scatter("digits", {static_cast<double>(pixels)}, {of_digits});
  lesson.picture("distances.png", histogram, "the more dimensions, the more alike all distances");
  lesson.picture("contrast.png", contrasts, "median over 50 queries to 1,000 points each");
  worst = 0;
  for (std::size_t i = 0; i < theory.size(); ++i) {
    worst = std::max(worst, std::abs(of_cube[i + dims.size() - theory.size()] / theory[i] - 1));
  }
  lesson.claim("M4", "distances lose their meaning: the farthest point is hardly farther than the nearest",
               of_cube.back(), of_cube.back() < 0.15 && of_cube[0] > 20 && worst < 0.2,
               fmt::format("contrast {:.0f} in 2 dimensions, {:.2f} in 20, {:.2f} in 1,000; at most {:.0f} % off the "
                           "theory from 10 on",
                           of_cube[0], of_cube[4], of_cube.back(), 100 * worst));
  lesson.claim("M4", "(control) what counts is the dimension of the data, not of the space they are in",
               of_sheet.back(), of_sheet.back() > 100 * of_cube.back() && of_digits > 5 * of_random,
               fmt::format("a sheet in 1,000 dimensions {:.0f}; digits in {} pixels {:.2f}, random images {:.2f}",
                           of_sheet.back(), pixels, of_digits, of_random));

  // ---- what it does to an algorithm that goes by distances ------------------------------------------------
  const Tensor small_points = shrink(train.images, train.images.size(2) / 7).flatten(1);
  const Tensor small_queries = shrink(test.images, test.images.size(2) / 7).flatten(1);
  const double spread = std::sqrt(sum_of_squares(small_points - mean(small_points)) /
                                  static_cast<double>(small_points.numel()));
  const double with_pixels = knn_accuracy(queries, test.labels, points, train.labels, 1);
  std::vector<double> total, accuracy;
  double as_many = 0;
  for (const Index noise : {0, 20, 50, 100, 200, 500, 735, 1000, 2000, 5000, 10000}) {
    Rng rng = lesson.rng("noise");
    const auto noisy = [&](const Tensor& x) {
      return concatenate({x, rng.normal({x.size(0), noise}, 0, static_cast<Real>(spread))}, 1);
    };
    const Tensor p = noisy(small_points), q = noisy(small_queries);
    total.push_back(static_cast<double>(p.size(1)));
    accuracy.push_back(knn_accuracy(q, test.labels, p, train.labels, 1));
    if (noise == 735) as_many = accuracy.back();
  }
  Chart drowned({.title = "nearest-neighbour accuracy on held-out digits", .x = "dimensions", .y = "accuracy",
                 .log_x = true});
  drowned.line("7 x 7 pixels and the rest noise", total, accuracy);
  drowned.scatter("28 x 28 pixels, no noise", {static_cast<double>(pixels)}, {with_pixels});
  lesson.picture("noise.png", drowned, "a dimension of noise is as strong as a pixel; guessing is right in a tenth");
  lesson.claim("M4", "and with them the algorithms that go by distance: noise drowns the nearest neighbour",
               accuracy.back(), accuracy.back() < accuracy[0] - 0.4 && as_many < with_pixels - 0.1,
               fmt::format("49 pixels {:.3f}, with 735 dimensions of noise {:.3f}, with 10,000 {:.3f}; 784 pixels "
                           "without noise {:.3f}",
                           accuracy[0], as_many, accuracy.back(), with_pixels));
  return lesson.close();
}
