// Maps as small pictures: where a point is drawn, what an outlier does, which colour it has.
#include "lessons/map_panels.h"

#include "manifold/distances.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tensor/random.h"
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

TEST_CASE("blur is 1 where the map has the sheet's neighbours, and large where a side of it is lost") {
  Rng rng(1);
  const Tensor sheet = rng.uniform({800, 2}) * Tensor::from({4, 1});
  const Tensor distances = sqrt(squared_distances(sheet));
  CHECK(sheet_blur(sheet * 5 + 1, distances) == doctest::Approx(1));
  CHECK(sheet_blur(sheet.slice(1, 0, 1).contiguous(), distances) > 2);
  CHECK(sheet_blur(rng.normal({800, 2}), distances) > 8);
  CHECK(contains(message_of([&] { sheet_blur(sheet, distances.slice(0, 0, 3)); }), "[N, N]"));
}

TEST_CASE("blur of new points: 1 where they are placed as on the sheet, large where anywhere") {
  Rng rng(1);
  const Tensor sheet = rng.uniform({900, 2}) * Tensor::from({4, 1});
  const Tensor known = sheet.slice(0, 0, 800).contiguous(), fresh = sheet.slice(0, 800, 900).contiguous();
  const Tensor distances = sqrt(squared_distances(sheet)).slice(0, 800, 900).slice(1, 0, 800);
  CHECK(sheet_blur(fresh * 5 + 1, known * 5 + 1, distances) == doctest::Approx(1));
  CHECK(sheet_blur(rng.uniform({100, 2}) * Tensor::from({4, 1}), known, distances) > 5);
  CHECK(contains(message_of([&] { sheet_blur(fresh, known, distances.slice(0, 0, 3)); }), "[M, N]"));
}

TEST_CASE("neighbours that connect: ten where they do, more where two clusters are apart") {
  Rng rng(2);
  const Tensor one = rng.normal({60, 2});
  CHECK(connecting_neighbors(one) == 10);
  CHECK(connecting_neighbors(concatenate({one, one + 1000}, 0)) == 60);
  CHECK(connecting_neighbors(one.slice(0, 0, 5).contiguous()) == 4);
}

TEST_CASE("a grid of maps: as many columns as maps, rows below one another, and unequal rows named") {
  const Tensor y = Tensor::from({0, 0, 4, 0, 0, 2}, {3, 2});
  const std::vector<Color> colors(3, kBlack);
  const DrawnMap map{"PCA", y, {}, 0};
  const Image one = map_grid({{"a", {map}, colors}});
  const Image wide = map_grid({{"a", {map, map}, colors}});
  const Image high = map_grid({{"a", {map}, colors}, {"b", {map}, colors}});
  CHECK(wide.width() >= one.width() + 170);
  CHECK(wide.height() == one.height());
  CHECK(high.height() >= one.height() + 170);
  CHECK(high.width() == one.width());
  CHECK(message_of([&] { map_grid({{"a", {map}, colors}, {"b", {map, map}, colors}}); }) ==
        "map_grid: \"a\" has 1 maps and \"b\" 2; they must be as many");
}

