// Dimensions that are known, and the biases that are known too.
#include "manifold/intrinsic_dimension.h"

#include <limits>

#include "data/manifolds.h"
#include "tensor/indexing.h"
#include "tensor/parallel.h"
#include "tensor/random.h"
#include "tests/files.h"
#include "tests/manifold/spectral_fixture.h"

using namespace gradfold;

TEST_CASE("estimates for uniform cubes, 2,000 points") {
  struct Row {
    Index d;
    double two_nn, levina_bickel, pooled;  // the formulas in NumPy on other draws
  };
  for (const Row& row : {Row{2, 1.99, 2.11, 1.95}, {5, 4.67, 4.99, 4.59}, {10, 8.44, 8.77, 8.11},
                         {20, 15.4, 15.8, 14.6}}) {
    CAPTURE(row.d);
    Rng rng(7);
    const Neighbors near = nearest_neighbors(rng.uniform({2000, row.d}), 20);
    CHECK(two_nn(near) == approx(row.two_nn, 0.1));
    CHECK(levina_bickel(near) == approx(row.levina_bickel, 0.04));
    CHECK(mackay_ghahramani(near) == approx(row.pooled, 0.04));
  }
}

TEST_CASE("a surface in space has two dimensions, the 8 x 8 digits about eight") {
  const Tensor roll = swiss_roll(2000, Rng(1)).points;
  CHECK(two_nn(roll) == approx(1.93, 0.06));
  CHECK(levina_bickel(roll) == approx(2.11, 0.03));
  CHECK(mackay_ghahramani(roll) == approx(1.94, 0.03));
  const Tensor x = stored("digits/x");
  CHECK(two_nn(x) == approx(8.9, 0.02));
  CHECK(levina_bickel(x) == approx(8.2, 0.02));
  CHECK(mackay_ghahramani(x) == approx(7.1, 0.02));
}

TEST_CASE("the formulas by hand") {
  // Distances 1, 2, 4 to the three nearest: m_3 = [1/2 (ln 4 + ln 2)]^-1, and of a second point with 1, 3, 9.
  Neighbors near;
  near.index = Indices(Shape{2, 3});
  near.distance = Tensor::from({1, 2, 4, 1, 3, 9}, {2, 3});
  const double a = 2 / std::log(8.), b = 2 / std::log(27.);
  CHECK(levina_bickel(near, 3, 3) == doctest::Approx((a + b) / 2));
  CHECK(mackay_ghahramani(near, 3, 3) == doctest::Approx(2 / (1 / a + 1 / b)));
  // A third whose neighbours are all 2 away: no number of dimensions is too many for it alone, all three have one.
  near.index = Indices(Shape{3, 3});
  near.distance = Tensor::from({1, 2, 4, 1, 3, 9, 2, 2, 2}, {3, 3});
  CHECK(levina_bickel(near, 3, 3) == doctest::Approx((a + b) / 2));
  CHECK(mackay_ghahramani(near, 3, 3) == doctest::Approx(3 / (1 / a + 1 / b)));
  near.index = Indices(Shape{2, 3});
  near.distance = near.distance.slice(0, 0, 2).contiguous();
  // mu = 2 and 3: one point is kept, F = 1/2 at ln 2, so the slope is 1.
  CHECK(two_nn(near, 0) == doctest::Approx(1));
}

TEST_CASE("of points that are equal one counts, and data of nothing else is named") {
  Rng rng(2);
  const Tensor x = rng.uniform({1000, 3}), some = concatenate({x, x.slice(0, 0, 200)}, 0);
  CHECK(two_nn(some) == two_nn(x));
  CHECK(levina_bickel(some) == levina_bickel(x));
  CHECK(mackay_ghahramani(some) == mackay_ghahramani(x));
  CHECK(message_of([&] { two_nn(Tensor::ones({20, 3})); }) ==
        "two_nn: 2 neighbours of each point are needed but only 1 of the 20 points are different\n  hint: more points");
  Neighbors equal;
  equal.index = Indices(Shape{4, 2}), equal.distance = Tensor::zeros({4, 2});
  CHECK(contains(message_of([&] { two_nn(equal); }), "remove duplicates"));
}

TEST_CASE("dimension estimates have the same bits with any number of threads") {
  const Tensor x = swiss_roll(1500, Rng(4), {.noise = 0.1}).points;
  const auto all = [&] { return std::vector<double>{two_nn(x), levina_bickel(x), mackay_ghahramani(x)}; };
  const int before = num_threads();
  set_num_threads(1);
  const std::vector<double> one = all();
  for (const int threads : {2, 3}) {
    set_num_threads(threads);
    CHECK(all() == one);
  }
  set_num_threads(before);
}

TEST_CASE("dimension estimates name the first number that is not finite, of points and of distances") {
  const Tensor x = Rng(5).uniform({40, 3});
  for (const Real bad : {std::numeric_limits<Real>::quiet_NaN(), std::numeric_limits<Real>::infinity()}) {
    Tensor points = x.clone();
    points.set({3, 1}, bad), points.set({7, 0}, bad);
    Neighbors near = nearest_neighbors(x, 20);
    near.distance.set({5, 2}, bad);
    const std::string of_x = fmt::format("x has {} in row 3, column 1", bad);
    CHECK(contains(message_of([&] { two_nn(points); }), "two_nn: " + of_x));
    CHECK(contains(message_of([&] { levina_bickel(points); }), "levina_bickel: " + of_x));
    CHECK(contains(message_of([&] { mackay_ghahramani(points); }), "mackay_ghahramani: " + of_x));
    const std::string of_distance = fmt::format("the neighbours' distance has {} in row 5, column 2", bad);
    CHECK(contains(message_of([&] { two_nn(near); }), "two_nn: " + of_distance));
    CHECK(contains(message_of([&] { levina_bickel(near); }), "levina_bickel: " + of_distance));
    CHECK(contains(message_of([&] { mackay_ghahramani(near); }), "mackay_ghahramani: " + of_distance));
  }
}

TEST_CASE("dimension estimates name what is wrong") {
  Rng rng(3);
  const Tensor x = rng.uniform({15, 3});
  CHECK(message_of([&] { levina_bickel(x); }) ==
        "levina_bickel: k2 is 20 but there are 15 points; it must be from 2 to 14");
  CHECK(contains(message_of([&] { levina_bickel(x, 1, 5); }), "2 <= k1 <= k2"));
  CHECK(message_of([&] { mackay_ghahramani(x, 2, 0); }) ==
        "mackay_ghahramani: k1 is 2 and k2 is 0; 2 <= k1 <= k2 is needed");
  CHECK(contains(message_of([&] { mackay_ghahramani(nearest_neighbors(x, 4), 3, 5); }),
                 "5 neighbours of each point are needed but 4 are known"));
  CHECK(contains(message_of([&] { two_nn(nearest_neighbors(x, 1)); }), "2 neighbours of each point are needed"));
  CHECK(contains(message_of([&] { two_nn(x, 1); }), "below 1"));
  CHECK(contains(message_of([&] { two_nn(x.slice(0, 0, 2)); }), "at least 3 points"));
}
