// Quality measures against scikit-learn, by hand, and at their ends: a perfect map and a random one.
#include "manifold/quality.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "data/manifolds.h"
#include "manifold/distances.h"
#include "manifold/pca.h"
#include "tensor/indexing.h"
#include "tensor/parallel.h"
#include "tensor/random.h"
#include "tests/files.h"
#include "tests/manifold/spectral_fixture.h"

using namespace gradfold;

TEST_CASE("trustworthiness and continuity of the digits' PCA map are scikit-learn's") {
  const Tensor x = stored("digits/x"), y = Pca({.n_components = 2}).fit_transform(x);
  for (const Index i : {0, 1}) {
    const Index k = i == 0 ? 5 : 12;
    CHECK(trustworthiness(x, y, k) == approx(stored("quality/trustworthiness").at({i}), 1e-4));
    CHECK(continuity(x, y, k) == approx(stored("quality/continuity").at({i}), 1e-4));
  }
  CHECK(knn_accuracy(y, stored_indices("digits/y")) == approx(0.642, 0.02));
  CHECK(knn_accuracy(x, stored_indices("digits/y")) == approx(0.984, 0.005));
}

TEST_CASE("both measures at once are what each is alone, and say how far they are") {
  const Tensor x = Rng(2).normal({600, 9}), y = x.slice(1, 0, 2).contiguous();
  std::vector<Index> done;
  const MapTrust both = map_trust(x, y, 7, [&](Index rows, Index all) {
    CHECK(all == 1200);
    done.push_back(rows);
  });
  CHECK(both.trustworthiness == trustworthiness(x, y, 7));
  CHECK(both.continuity == continuity(x, y, 7));
  CHECK(both.trustworthiness != both.continuity);
  CHECK(done.size() > 2);
  CHECK(std::is_sorted(done.begin(), done.end()));
  CHECK(done.back() == 1200);
}

TEST_CASE("trustworthiness by hand: two points of five changed places") {
  const Tensor x = Tensor::from({0, 1, 2.1, 3.3, 4.6}, {5, 1}), y = Tensor::from({0, 3.3, 2.1, 1, 4.6}, {5, 1});
  // k = 1. The nearest on the map: 0 -> 3 (rank 3 in x), 1 -> 2 (rank 2: 0 is nearer), 2 -> 3 (rank 2: 1 is nearer),
  // 3 -> 0 (rank 4), 4 -> 1 (rank 3). T = 1 - 2 / (5 (10 - 3 - 1)) ((3-1) + (2-1) + (2-1) + (4-1) + (3-1)) = 1 - 18/30.
  CHECK(trustworthiness(x, y, 1) == doctest::Approx(0.4));
}

TEST_CASE("a perfect map scores 1, a random one about a half") {
  Rng rng(1);
  const Tensor x = rng.normal({600, 4});
  CHECK(trustworthiness(x, x * 3 + 1, 10) == 1);
  CHECK(continuity(x, x * 3 + 1, 10) == 1);
  CHECK(trustworthiness(x, rng.normal({600, 2}), 10) == approx(0.5, 0.05));
  CHECK(continuity(x, rng.normal({600, 2}), 10) == approx(0.5, 0.05));
}

TEST_CASE("a map that folds the sheet loses trust, one that tears it loses continuity") {
  const PointCloud roll = swiss_roll(800, Rng(2));
  const Tensor folded = roll.chart.slice(1, 1, 2);                                   // a line: all arms on one another
  CHECK(trustworthiness(roll.chart, folded, 12) < continuity(roll.chart, folded, 12) - 0.05);
  Tensor torn = roll.chart.clone();  // two halves far from each other, one of them drawn over the wrong end
  for (Index i = 0; i < 800; ++i)
    if (torn.at({i, 0}) > 50) torn.set({i, 0}, torn.at({i, 0}) + 500);
  CHECK(continuity(roll.chart, torn, 12) < trustworthiness(roll.chart, torn, 12));
}

TEST_CASE("knn accuracy: a majority counts, ties go to the smallest label, no point sees itself") {
  const Tensor x = Tensor::from({0, 1, 2, 10, 11, 12}, {6, 1});
  CHECK(knn_accuracy(x, {0, 0, 0, 5, 5, 5}, 2) == 1);
  CHECK(knn_accuracy(x, {0, 0, 1, 5, 5, 5}, 1) == doctest::Approx(5. / 6));
  CHECK(knn_accuracy(x, {0, 1, 0, 1, 0, 1}, 2) == doctest::Approx(2. / 6));  // seen: 1 0, 0 0, 1 0, 0 1, 1 1, 0 1

  // New points among these. Labels may be any numbers.
  const Tensor fresh = Tensor::from({Real(0.4), Real(10.4), 20}, {3, 1});
  CHECK(knn_accuracy(fresh, {7, 7, 99}, x, {7, 7, 7, 99, 99, 99}, 3) == doctest::Approx(2. / 3));
  CHECK(knn_accuracy(fresh, {8, 3, 3}, x, {8, 7, 7, 3, 3, 7}, 1) == doctest::Approx(2. / 3));
  CHECK(knn_accuracy(fresh, {1, 1, 1}, x, {2, 1, 2, 1, 2, 1}, 6) == 1);
}

TEST_CASE("distances agree: linear, in rank only, not at all") {
  Rng rng(3);
  const Tensor y = rng.normal({80, 2}), d = sqrt(squared_distances(y));
  const DistanceAgreement same = distance_agreement(d * 7, y), bent = distance_agreement(d * d * d, y),
                          none = distance_agreement(sqrt(squared_distances(rng.normal({80, 2}))), y);
  CHECK(same.pearson == approx(1, 1e-5));
  CHECK(same.residual_variance() < 1e-5);
  CHECK(bent.spearman == approx(1, 1e-4));
  CHECK(bent.pearson < 0.97);
  CHECK(std::abs(none.spearman) < 0.1);
  CHECK(residual_variance(d * d, y) == doctest::Approx(distance_agreement(d * d, y).residual_variance()));
}

TEST_CASE("path lengths agree with the chart of the roll, not with its flat shadow") {
  const PointCloud roll = swiss_roll(900, Rng(4));
  const Graph graph = neighbor_graph(nearest_neighbors(roll.points, 10));
  CHECK(geodesic_agreement(graph, roll.chart, 300).spearman > 0.998);
  CHECK(geodesic_agreement(graph, roll.chart).pearson > 0.998);
  CHECK(geodesic_agreement(graph, Pca({.n_components = 2}).fit_transform(roll.points), 300).spearman < 0.6);
}

TEST_CASE("measures have the same bits with any number of threads") {
  Rng rng(5);
  const Tensor x = rng.normal({700, 20}), y = rng.normal({700, 2});
  const int before = num_threads();
  set_num_threads(1);
  const double one = trustworthiness(x, y), other = residual_variance(sqrt(squared_distances(x)), y);
  set_num_threads(3);
  CHECK(trustworthiness(x, y) == one);
  CHECK(residual_variance(sqrt(squared_distances(x)), y) == other);
  set_num_threads(before);
}

TEST_CASE("duplicates are no trouble to the measures") {
  const Tensor same = Tensor::ones({40, 3});
  CHECK(trustworthiness(same, same, 5) == 1);  // all ranks are by row, alike in both
  CHECK(distance_agreement(squared_distances(same), same).pearson == 0);
}

TEST_CASE("quality measures name what is wrong") {
  Rng rng(6);
  const Tensor x = rng.normal({20, 3}), y = rng.normal({20, 2});
  CHECK(message_of([&] { trustworthiness(x, y, 10); }) ==
        "trustworthiness: k is 10 but must be from 1 to 9, less than half of the 20 points");
  CHECK(contains(message_of([&] { continuity(x, y.slice(0, 0, 19), 5); }), "x has 20 points and y 19"));
  CHECK(message_of([&] { knn_accuracy(y, Indices(Shape{7})); }) ==
        "knn_accuracy: there are 7 labels for 20 points; each point needs one");
  CHECK(contains(message_of([&] { knn_accuracy(y, Indices(Shape{20}), 20); }), "from 1 to 19"));
  const auto of_new = [&](Index labels, Index known, Index k) {
    return message_of([&] { knn_accuracy(y, Indices(Shape{labels}), y, Indices(Shape{known}), k); });
  };
  CHECK(contains(of_new(20, 20, 21), "k is 21 but 20 points are known; it must be from 1 to 20"));
  CHECK(contains(of_new(3, 20, 1), "there are 3 labels for 20 points"));
  CHECK(contains(of_new(20, 4, 1), "there are 4 labels for 20 points"));
  CHECK(contains(message_of([&] { distance_agreement(x, y); }), "[20, 3]"));

  Tensor bad = x.clone(), distances = squared_distances(y);
  bad.set({3, 2}, std::numeric_limits<Real>::quiet_NaN());
  distances.set({4, 7}, std::numeric_limits<Real>::infinity());
  CHECK(contains(message_of([&] { trustworthiness(bad, y, 5); }), "row 3, column 2"));
  CHECK(contains(message_of([&] { continuity(y, bad, 5); }), "row 3, column 2"));
  CHECK(contains(message_of([&] { knn_accuracy(bad, Indices(Shape{20}), 5); }), "row 3, column 2"));
  const std::string both = message_of([&] { distance_agreement(distances, y); }),
                    variance = message_of([&] { residual_variance(distances, y); });
  CHECK(contains(both, "distance_agreement: distances has inf in row 4, column 7"));
  CHECK(contains(variance, "residual_variance: distances has inf in row 4, column 7"));
  CHECK(contains(message_of([&] { trustworthiness(x.slice(0, 0, 2), y.slice(0, 0, 2), 1); }), "trustworthiness: "));
  CHECK(contains(message_of([&] { knn_accuracy(y.slice(0, 0, 1), Indices(Shape{1}), 1); }), "at least 2 points"));

  // Two clouds far apart: no path, so no agreement to speak of.
  const Tensor apart = concatenate({y, y + Real{1000}}, 0);
  const Graph graph = neighbor_graph(nearest_neighbors(apart, 5));
  CHECK(contains(message_of([&] { geodesic_agreement(graph, apart); }), "geodesic_agreement: the graph is 2 parts of"));
}
