#include <cmath>

#include "manifold/groups.h"

#include "tensor/random.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

TEST_CASE("centres, spreads and distances of groups by hand") {
  const Groups g = groups(Tensor::from({0, 0, 2, 0, 10, 4, 10, 6, 10, 5, -5, 0}, {6, 2}), {0, 0, 1, 1, 1, 2});
  CHECK(g.count() == 3);
  CHECK(identical(g.centre, Tensor::from({1, 0, 10, 5, -5, 0}, {3, 2})));
  CHECK(g.spread[0] == doctest::Approx(1));
  CHECK(g.spread[1] == doctest::Approx(std::sqrt(2. / 3)));
  CHECK(g.spread[2] == 0);
  CHECK(g.distance(0, 1) == doctest::Approx(std::sqrt(81. + 25)));
  CHECK(g.distance(1, 0) == g.distance(0, 1));
  CHECK(g.distances() == std::vector<double>{g.distance(0, 1), g.distance(0, 2), g.distance(1, 2)});
}

TEST_CASE("a ball's spread is sigma times the root of its dimensions") {
  const Groups g = groups(Rng(1).normal({4000, 30}, 5, 2), Indices(Shape{4000}));
  CHECK(g.spread[0] == approx(2 * std::sqrt(30), 0.01));
}

TEST_CASE("groups name what is wrong") {
  const Tensor x = Rng(1).normal({4, 2});
  CHECK(message_of([&] { groups(x, {0, 1}); }) == "groups: there are 2 labels for 4 points; each point needs one");
  CHECK(contains(message_of([&] { groups(x, {0, 2, 2, 0}); }), "no point has label 1"));
  CHECK(contains(message_of([&] { groups(x, {0, -1, 0, 0}); }), "label -1 is negative"));
  CHECK(contains(message_of([&] { groups(x, {0, 0, 0, 0}).distance(0, 1); }), "there are 1"));
}
