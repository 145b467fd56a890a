// One perplexity after another: the truth of the points, and the shape of what is drawn.
#include "lessons/perplexity_strip.h"

#include <cmath>

#include "tests/doctest.h"

using namespace gradfold;

TEST_CASE("two Gaussians are as wide and as far apart as said, one is in one piece") {
  const KnownPoints near = two_gaussians(30, Rng(1)), far = two_gaussians(90, Rng(1));
  CHECK(near.title == "30 apart");
  const MapShape shape = map_shape(near.x, near.labels), shape_far = map_shape(far.x, far.labels);
  CHECK(shape.widths == doctest::Approx(5).epsilon(0.05));
  CHECK(shape.apart == doctest::Approx(30 / std::sqrt(10.0)).epsilon(0.05));
  CHECK(shape_far.apart == doctest::Approx(3 * shape.apart).epsilon(0.05));
  CHECK(pieces(far.x) == 2);
  const KnownPoints one = one_gaussian(Rng(1));
  CHECK(map_shape(one.x, one.labels).widths == 0);
  CHECK(pieces(one.x) == 1);
}

TEST_CASE("a few perplexities: one map each, all points on it; of few neighbours noise falls into more pieces") {
  const KnownPoints one = one_gaussian(Rng(1));
  const MapRow row = perplexity_row(one, {2, 30});
  REQUIRE(row.maps.size() == 2);
  CHECK(row.maps[0].method == "perplexity 2");
  CHECK(row.maps[1].y.shape() == Shape{300, 2});
  CHECK(row.colors.size() == 300);
  CHECK(pieces(row.maps[0].y) > 3 * pieces(row.maps[1].y));
}
