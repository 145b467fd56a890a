// Maps as small pictures: where a point is drawn, what an outlier does, which colour it has.
#include "lessons/map_panels.h"

#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

TEST_CASE("a point is drawn where it lies: right is right, up is up, a unit as long on both axes") {
  const Tensor y = Tensor::from({0, 0, 4, 0, 0, 2}, {3, 2});
  const Tensor picture = draw_map(y, {{255, 0, 0}, {0, 255, 0}, {0, 0, 255}}, 100);
  REQUIRE(picture.shape() == Shape{3, 100, 100});
  const auto color = [&](Index row, Index column) {
    return std::vector<Real>{picture.at({0, row, column}), picture.at({1, row, column}), picture.at({2, row, column})};
  };
  CHECK(color(71, 6) == std::vector<Real>{1, 0, 0});   // below, left
  CHECK(color(71, 93) == std::vector<Real>{0, 1, 0});  // below, right: 88 pixels for 4
  CHECK(color(28, 6) == std::vector<Real>{0, 0, 1});   // above, left: 44 pixels for 2
  CHECK(color(50, 50) == std::vector<Real>{1, 1, 1});
}

TEST_CASE("one point far away does not press the others into a dot") {
  Tensor y = Tensor::zeros({1000, 2});
  for (Index i = 0; i < 1000; ++i) y.set({i, 0}, static_cast<Real>(i)), y.set({i, 1}, static_cast<Real>(i));
  y.set({500, 0}, 1e9);
  const Tensor picture = draw_map(y, std::vector<Color>(1000, kBlack), 100);
  CHECK(picture.at({0, 90, 8}) == 0);
  CHECK(picture.at({0, 8, 90}) == 0);
}

TEST_CASE("colours rise with values and tell classes apart") {
  const std::vector<Color> ramp = value_colors(Tensor::from({3, 1, 2}, {3}));
  CHECK(ramp[1].r < ramp[2].r);
  CHECK(ramp[2].r < ramp[0].r);
  const std::vector<Color> classes = class_colors({0, 1, 0, 9});
  CHECK(classes[0] == classes[2]);
  CHECK_FALSE(classes[0] == classes[1]);
  CHECK_FALSE(classes[0] == classes[3]);
  CHECK(value_colors(Tensor::ones({2}))[0] == value_colors(Tensor::ones({2}))[1]);
  CHECK(contains(message_of([] { draw_map(Tensor::ones({3, 2}), {kBlack}); }), "each point needs one"));
}
