// The yardsticks of lesson 3.4, where the answers are known.
#include "lessons/high_dimensions.h"

#include <cmath>
#include <numbers>

#include "tensor/parallel.h"
#include "tests/doctest.h"

using namespace gradfold;

TEST_CASE("the volume of balls that everybody knows") {
  CHECK(ball_volume(1) == doctest::Approx(2));
  CHECK(ball_volume(2) == doctest::Approx(std::numbers::pi));
  CHECK(ball_volume(3) == doctest::Approx(4 * std::numbers::pi / 3));
}

TEST_CASE("points needed: the reciprocal of a point's chance, the same on any number of threads") {
  for (Index d : {1, 2, 4}) {
    CAPTURE(d);
    const double expected = 1 / (ball_volume(double(d)) * std::pow(0.25, d));
    set_num_threads(1);
    const double one = points_needed(d, 0.25, 4000, Rng(3));
    set_num_threads(3);
    CHECK(points_needed(d, 0.25, 4000, Rng(3)) == one);
    CHECK(one == approx(expected, 0.08));  // the standard error is at most 1.6 %
  }
  set_num_threads(0);
}

TEST_CASE("shares of the volume: a ball in its cube, and the outer tenth of both") {
  for (Index d : {1, 2, 3, 6}) {
    CAPTURE(d);
    const VolumeShares s = volume_shares(d, 40000, Rng(5));
    CHECK(std::abs(s.ball - ball_volume(double(d)) / std::pow(2, d)) < 0.015);
    CHECK(std::abs(s.cube_shell - (1 - std::pow(0.9, d))) < 0.015);
    CHECK(std::abs(s.ball_shell - (1 - std::pow(0.9, d))) < 0.04);
    CHECK(double(s.in_ball) == doctest::Approx(40000 * s.ball));
  }
  const VolumeShares empty = volume_shares(60, 100, Rng(5));
  CHECK(empty.in_ball == 0);
  CHECK(empty.ball_shell == 0);
}

TEST_CASE("contrast of distances, by hand") {
  const Tensor points = Tensor::from({4, 1, 3, 2}, {4, 1}), queries = Tensor::from({0, 5, 2.25}, {3, 1});
  const Tensor sorted = sorted_distances(queries, points);
  CHECK(sorted.to_vector() == std::vector<Real>{1, 2, 3, 4, 1, 2, 3, 4, 0.25, 0.75, 1.25, 1.75});
  CHECK(relative_contrast(sorted) == doctest::Approx(3));  // of 3, 3 and 6 the median
}
