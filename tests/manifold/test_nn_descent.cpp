#include "manifold/nn_descent.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "data/load.h"
#include "manifold/local_join.h"
#include "manifold/neighbor_lists.h"
#include "manifold/pca.h"
#include "manifold/projection_tree.h"
#include "tensor/matmul.h"
#include "tensor/parallel.h"
#include "tensor/random.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

namespace {

// Points of 10 dimensions, bent into 40.
Tensor curved_sheet(Index n) {
  const Tensor z = Rng(1).normal({n, 10}), w = Rng(2).normal({10, 40});
  Tensor x = matmul(z, w);
  for (Index i = 0; i < x.numel(); ++i) x.data()[i] = std::sin(x.data()[i] / 3);
  return x;
}

// What every result must be, good or bad: k different points other than the point itself, nearest first, equally far
// ones by row, with their true distances.
void check_sound(const Tensor& x, const Neighbors& found, Index k) {
  const Index n = x.size(0), d = x.size(1);
  REQUIRE(found.index.shape == Shape{n, k});
  REQUIRE(found.distance.shape() == Shape{n, k});
  bool distances = true, order = true, different = true;
  for (Index i = 0; i < n; ++i) {
    std::set<std::int32_t> seen{static_cast<std::int32_t>(i)};
    std::pair<double, std::int32_t> before{-1, -1};
    for (Index j = 0; j < k; ++j) {
      const std::int32_t p = found.index[i * k + j];
      REQUIRE(p >= 0);
      REQUIRE(p < n);
      different = different && seen.insert(p).second;
      const std::pair now{squared_distance(x.data() + i * d, x.data() + p * d, d), p};
      distances = distances && found.distance.at({i, j}) == static_cast<Real>(std::sqrt(now.first));
      order = order && before < now;
      before = now;
    }
  }
  CHECK(different);
  CHECK(distances);
  CHECK(order);
}

// By comparing each list with the exact one, without neighbor_recall().
double recall_of_all(const Neighbors& found, const Neighbors& exact) {
  const Index n = found.index.shape[0], k = found.index.shape[1];
  Index right = 0;
  for (Index i = 0; i < n; ++i) {
    const std::set<std::int32_t> truth(exact.index.values.begin() + i * k, exact.index.values.begin() + (i + 1) * k);
    for (Index j = 0; j < k; ++j) right += static_cast<Index>(truth.count(found.index[i * k + j]));
  }
  return static_cast<double>(right) / static_cast<double>(n * k);
}

}  // namespace

TEST_CASE("a projection tree: each point in one leaf, leaves at least half full, and neighbours mostly share one") {
  const Tensor x = curved_sheet(3000);
  const ProjectionTree tree = projection_tree(x, 64, Rng(3));
  std::vector<std::int32_t> points = tree.point;
  std::sort(points.begin(), points.end());
  for (Index i = 0; i < 3000; ++i) REQUIRE(points[i] == i);
  REQUIRE(tree.start.front() == 0);
  REQUIRE(tree.start.back() == 3000);
  std::vector<Index> leaf_of(3000);
  for (Index l = 0; l < tree.leaves(); ++l) {
    const Index size = tree.start[l + 1] - tree.start[l];
    CHECK(size <= 64);
    CHECK(size >= 32);
    for (Index i = tree.start[l]; i < tree.start[l + 1]; ++i) leaf_of[tree.point[i]] = l;
  }
  const Neighbors nearest = nearest_neighbors(x, 1);
  Index together = 0;
  for (Index i = 0; i < 3000; ++i) together += leaf_of[i] == leaf_of[nearest.index[i]];
  CHECK(together > 3000 / 10);  // by chance one in 46
  CHECK(projection_tree(Tensor::ones({500, 3}), 10, Rng(1)).leaves() >= 50);  // equal points are cut as well
}

TEST_CASE("lists keep the k nearest of what is offered, in whichever order") {
  struct Offer {
    std::int32_t point;
    double squared;
  };
  std::vector<Offer> offers{{3, 2.0}, {1, 2.0}, {4, 1.0}, {5, 9.0}, {2, 2.0}, {4, 1.0}, {6, 0.5}};
  const std::vector<std::int32_t> nearest{6, 4, 1, 2};  // of 1, 2 and 3, equally far, the first two
  const auto before = [](const Offer& a, const Offer& b) { return a.point < b.point; };
  std::stable_sort(offers.begin(), offers.end(), before);
  do {
    NeighborLists lists(1, 4);
    for (const Offer& o : offers) lists.offer(0, o.point, o.squared);
    for (Index j = 0; j < 4; ++j) REQUIRE(lists.point(0, j) == nearest[j]);
    REQUIRE(lists.reach(0) == 2.0);
  } while (std::next_permutation(offers.begin(), offers.end(), before));
  NeighborLists lists(1, 2);
  CHECK(lists.offer(0, 7, 4.0));
  CHECK_FALSE(lists.offer(0, 7, 4.0));  // is held
  CHECK(lists.reach(0) == std::numeric_limits<double>::infinity());
  CHECK_THROWS_AS(lists.neighbors(), Error);
  CHECK(lists.offer(0, 8, 3.0));
  CHECK(lists.holds(0, 7));
  CHECK_FALSE(lists.wants(0, 9, 4.0));
  CHECK(lists.wants(0, 6, 4.0));
}

TEST_CASE("a join of one group finds what comparing all its pairs finds, also far from the origin") {
  const Tensor x = Rng(4).normal({150, 7});
  Tensor far = x.clone(), tiny = x.clone(), outlier = x.clone();
  for (Index i = 0; i < x.numel(); ++i) {
    far.data()[i] += 1e4f;
    tiny.data()[i] *= 1e-18f;
  }
  for (Index c = 0; c < 7; ++c) outlier.data()[c] = 1e6f;  // the point from which the group is seen
  for (const Tensor& points : {x, far, tiny, outlier}) {
    JoinGroups all(1, 150);
    for (Index i = 0; i < 150; ++i) all.point[i] = static_cast<std::int32_t>(i);
    all.fresh[0] = all.size[0] = 150;
    NeighborLists lists(150, 9);
    CHECK(LocalJoin(points)(all, lists) > 150 * 9);
    const Neighbors found = lists.neighbors(), exact = nearest_neighbors(points, 9);
    CHECK(found.index.values == exact.index.values);
    CHECK(identical(found.distance, exact.distance));
    CHECK(LocalJoin(points)(all, lists) == 0);  // nothing is left to find
  }
}

TEST_CASE("points that are not fresh are not compared with each other") {
  Tensor x({4, 1});
  for (Index i = 0; i < 4; ++i) x.data()[i] = static_cast<Real>(i);
  JoinGroups group(1, 4);
  group.point = {0, 1, 2, 3};
  group.fresh[0] = 1;
  group.size[0] = 4;
  NeighborLists lists(4, 3);
  CHECK(LocalJoin(x)(group, lists) == 6);  // 0 with three others, and they with 0
  CHECK(lists.point(0, 2) == 3);
  CHECK(lists.point(2, 0) == 0);
  CHECK(lists.point(2, 1) == -1);
}

TEST_CASE("NN-descent finds more than 0.95 of the true neighbours, and neighbor_recall says how many") {
  const Tensor strokes = load_dataset("strokes", Split::kTest, {}).images.flatten(1).contiguous();
  for (const Tensor& x : {curved_sheet(4000), strokes})
    for (const Index k : {15, 90}) {
      const Neighbors found = nn_descent(x, k), exact = nearest_neighbors(x, k);
      check_sound(x, found, k);
      const double recall = recall_of_all(found, exact);
      CAPTURE(x.size(1));
      CAPTURE(k);
      CAPTURE(recall);
      CHECK(recall > 0.95);
      CHECK(neighbor_recall(x, found, x.size(0)) == approx(recall, 1e-3));
      CHECK(neighbor_recall(x, found) == approx(recall, 0.01));
      CHECK(neighbor_recall(x, exact) == 1);
    }
}

TEST_CASE("the descent is what finds them: after one round of it, many times as many are missing as at its end") {
  const Tensor x = curved_sheet(4000);
  const double once = neighbor_recall(x, nn_descent(x, 15, {.n_trees = 2, .max_iter = 1}));
  const double end = neighbor_recall(x, nn_descent(x, 15, {.n_trees = 2}));
  CAPTURE(once);
  CAPTURE(end);
  CHECK(end > 0.95);
  CHECK(1 - once > 10 * (1 - end));
}

TEST_CASE("recall counts neighbours, not entries: wrong, repeated and own ones are none") {
  const Tensor x = Rng(7).normal({300, 5});
  Neighbors found = nearest_neighbors(x, 4);
  for (Index i = 0; i < 300; ++i) found.index[i * 4 + 1] = found.index[i * 4];
  CHECK(neighbor_recall(x, found, 300) == doctest::Approx(0.75));
  for (Index i = 0; i < 300; ++i) found.index[i * 4] = static_cast<std::int32_t>(i);
  CHECK(neighbor_recall(x, found, 300) == doctest::Approx(0.75));
  for (Index i = 0; i < 300; ++i) found.index[i * 4 + 2] = found.index[i * 4 + 1];
  CHECK(neighbor_recall(x, found, 300) == doctest::Approx(0.5));
  const Tensor farther = nearest_neighbors(x, 8).distance;
  Neighbors wrong{nearest_neighbors(x, 8).index, farther};
  Neighbors last{Indices(Shape{300, 4}), Tensor::zeros({300, 4})};  // distances that lie do not help
  for (Index i = 0; i < 300; ++i)
    for (Index j = 0; j < 4; ++j) last.index[i * 4 + j] = wrong.index[i * 8 + 4 + j];
  CHECK(neighbor_recall(x, last, 300) == 0);
  const Tensor same = Tensor::ones({50, 2});  // any points are nearest
  CHECK(neighbor_recall(same, nn_descent(same, 3)) == 1);
}

TEST_CASE("the same bits for a seed, whatever the number of threads") {
  const Tensor x = curved_sheet(2500);
  set_num_threads(1);
  const Neighbors one = nn_descent(x, 12, {.random_state = 5});
  for (int threads : {2, 3}) {
    set_num_threads(threads);
    const Neighbors many = nn_descent(x, 12, {.random_state = 5});
    CHECK(many.index.values == one.index.values);
    CHECK(identical(many.distance, one.distance));
  }
  set_num_threads(0);
  CHECK(nn_descent(x, 12, {.random_state = 6}).index.values != one.index.values);
}

TEST_CASE("what fits into one leaf is exact, down to two points") {
  for (Index n : {2, 3, 40, 64})
    for (Index k : {Index{1}, n / 2, n - 1}) {
      const Tensor x = Rng(static_cast<std::uint64_t>(n)).normal({n, 6});
      const Neighbors found = nn_descent(x, k), exact = nearest_neighbors(x, k);
      CHECK(found.index.values == exact.index.values);
      CHECK(identical(found.distance, exact.distance));
    }
  const Tensor x = Rng(9).normal({300, 6});
  CHECK(nn_descent(x, 299).index.values == nearest_neighbors(x, 299).index.values);
}

TEST_CASE("duplicates, constant columns and few places for many points") {
  Tensor same = Tensor::ones({1500, 4});  // all of them
  Tensor grid = Rng(3).bernoulli(Tensor::full({1300, 5}, Real(0.5)));  // 32 places
  Tensor flat = Rng(8).normal({1500, 6});  // four columns say nothing
  for (Index i = 0; i < 1500; ++i)
    for (Index c = 2; c < 6; ++c) flat.data()[i * 6 + c] = static_cast<Real>(c);
  Tensor twins = curved_sheet(1500);  // every other point is a copy of the one before
  for (Index i = 1; i < 1500; i += 2) std::copy_n(twins.data() + (i - 1) * 40, 40, twins.data() + i * 40);
  for (const Tensor& x : {same, grid, flat, twins}) {
    const Neighbors found = nn_descent(x, 15);
    check_sound(x, found, 15);
    CHECK(neighbor_recall(x, found) > 0.95);
  }
  const Neighbors found = nn_descent(twins, 15);
  for (Index i = 0; i < 1500; ++i) REQUIRE(found.index[i * 15] == (i ^ 1));
}

TEST_CASE("a view is read as the points it shows") {
  const Tensor wide = Rng(5).normal({20, 300});
  CHECK(nn_descent(wide.transpose(0, 1), 4).index.values ==
        nn_descent(wide.transpose(0, 1).contiguous(), 4).index.values);
}

TEST_CASE("NN-descent: bad input gets a sentence") {
  const Tensor x = Tensor::ones({5, 2});
  CHECK(message_of([&] { nn_descent(x, 5); }) ==
        "nn_descent: k is 5 but must be from 1 to 4: x has 5 points, and a point is not its own neighbour");
  CHECK(message_of([&] { nn_descent(x, 0); }).starts_with("nn_descent: k is 0"));
  CHECK(message_of([&] { nn_descent(Tensor::ones({1, 4}), 1); }) ==
        "nn_descent: x is [1, 4]; at least 2 points (rows) are needed");
  CHECK(message_of([&] { nn_descent(Tensor::ones({4}), 1); }).starts_with("nn_descent: x is [4] but must be [N, D]"));
  CHECK(message_of([&] { nn_descent(x, 1, {.n_trees = 1}); }).starts_with("nn_descent: n_trees is 1 but"));
  CHECK(message_of([&] { nn_descent(x, 1, {.max_candidates = 0}); })
            .starts_with("nn_descent: leaf_size is 64 and max_candidates is 0"));
  CHECK(message_of([&] { nn_descent(x, 1, {.max_iter = -1}); }).starts_with("nn_descent: max_iter is -1"));
  CHECK(message_of([&] { nn_descent(x, 1, {.delta = 2}); }).starts_with("nn_descent: delta is 2"));
  Tensor bad = x.clone();
  bad.set({3, 1}, std::numeric_limits<Real>::quiet_NaN());
  CHECK(message_of([&] { nn_descent(bad, 2); })
            .starts_with("nn_descent: x has nan in row 3, column 1; all numbers must be finite"));
  const Neighbors found = nearest_neighbors(x, 2);
  CHECK(message_of([&] { neighbor_recall(Tensor::ones({6, 2}), found); })
            .starts_with("neighbor_recall: neighbours are [5, 2]; of the 6 points of x each has from 1 to 5"));
  CHECK(message_of([&] { neighbor_recall(x, found, 0); }).starts_with("neighbor_recall: sample is 0"));
  Neighbors stray = found;
  stray.index[3] = 5;
  CHECK(message_of([&] { neighbor_recall(x, stray); }).starts_with("neighbor_recall: point 1 has 5 as a neighbour"));
}
