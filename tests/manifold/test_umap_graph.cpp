// UMAP's graph against umap-learn's, its curve, and the forces along its edges.
#include "manifold/fuzzy_graph.h"
#include "manifold/spectral_layout.h"
#include "manifold/umap_layout.h"
#include "tensor/elementwise.h"
#include "tensor/random.h"
#include "tests/manifold/map_fixture.h"
#include "tests/manifold/spectral_fixture.h"

using namespace gradfold;

namespace {

constexpr Index kNeighbors = 15;  // with the point itself

Neighbors of_digits() { return nearest_neighbors(stored("digits/x").slice(0, 0, 240).contiguous(), kNeighbors - 1); }

SparseRows graph_of_digits(double connectivity = 1, double mix = 1) {
  const Neighbors n = of_digits();
  return fuzzy_union(n.index, membership_strengths(n.distance, kNeighbors, connectivity), mix);
}

double mean_of(const Tensor& distance) {  // the points themselves count
  return sum(distance).item() / static_cast<double>(distance.size(0) * (distance.size(1) + 1));
}

}  // namespace

TEST_CASE("smooth kNN: rho and sigma of five distances") {
  const Real distance[] = {1, 2, 3, 4};  // and the point itself, at 0
  const LocalScale scale = smooth_knn(distance, 4, 5, 1, 2);
  CHECK(scale.rho == 1);
  CHECK(scale.sigma == approx(2.26361, 1e-4));
  const Real equal[] = {2, 2, 2, 2}, zero[] = {0, 0, 0, 0};
  CHECK(smooth_knn(equal, 4, 5, 1, 2).sigma > 0);
  CHECK(smooth_knn(zero, 4, 5, 1, 2).rho == 0);
  CHECK(smooth_knn(zero, 4, 5, 1, 2).sigma == doctest::Approx(2e-3));  // a thousandth of the mean of all
}

TEST_CASE("rho and sigma of the digits are umap-learn's") {
  const Neighbors n = of_digits();
  for (const double connectivity : {1.0, 1.5, 3.0}) {
    CAPTURE(connectivity);
    const std::string name = fmt::format("{:.1f}", connectivity);
    const Tensor rho = stored_map("umap/rho_" + name), sigma = stored_map("umap/sigma_" + name);
    double worst = 0;
    for (Index i = 0; i < 240; ++i) {
      const LocalScale scale = smooth_knn(n.distance.data() + i * (kNeighbors - 1), kNeighbors - 1, kNeighbors,
                                          connectivity, mean_of(n.distance));
      worst = std::max({worst, std::abs(scale.rho / rho.data()[i] - 1), std::abs(scale.sigma / sigma.data()[i] - 1)});
    }
    CHECK(worst < 1e-4);
  }
}

TEST_CASE("the fuzzy union is umap-learn's, for every connectivity and mixture") {
  CHECK(largest_error(dense(graph_of_digits()), stored_map("umap/graph_1.0")) < 1e-4);
  CHECK(largest_error(dense(graph_of_digits(1.5)), stored_map("umap/graph_1.5")) < 1e-3);  // stored in half precision
  CHECK(largest_error(dense(graph_of_digits(3)), stored_map("umap/graph_3.0")) < 1e-3);
  CHECK(largest_error(dense(graph_of_digits(1, 0.25)), stored_map("umap/graph_mixed")) < 1e-3);
}

TEST_CASE("labels weaken edges as in umap-learn") {
  const Tensor numbers = stored_map("umap/labels");
  Indices labels(numbers.shape());
  for (Index i = 0; i < labels.numel(); ++i) labels[i] = static_cast<std::int32_t>(numbers.data()[i]);
  for (const double weight : {0.5, 0.8}) {
    SparseRows graph = graph_of_digits();
    intersect_labels(graph, labels, weight);
    CHECK(largest_error(dense(graph), stored_map(fmt::format("umap/labelled_{}", weight))) < 1e-3);
  }
  SparseRows cut = graph_of_digits();
  intersect_labels(cut, labels, 1);
  Index unlike = 0;
  for (Index i = 0; i < cut.size(); ++i)
    for (Index e = cut.start[i]; e < cut.start[i + 1]; ++e)
      if (labels[i] >= 0 && labels[cut.column[e]] >= 0 && labels[i] != labels[cut.column[e]]) {
        CHECK(cut.value[e] == 0);
        ++unlike;
      }
  CHECK(unlike > 100);
}

TEST_CASE("components: two groups and a point alone, and edges of weight 0 join nothing") {
  const SparseRows graph{{0, 1, 3, 4, 5, 6, 6}, {1, 0, 2, 1, 4, 3}, {1, 1, 0, 0, 1, 1}};
  const Components parts = connected_components(graph);
  CHECK(parts.count() == 4);
  CHECK(parts.label.values == std::vector<std::int32_t>{0, 0, 1, 2, 2, 3});
}

TEST_CASE("a and b are those that scipy's least squares finds") {
  const Tensor curves = stored_map("umap/curves");
  for (Index i = 0; i < curves.size(0); ++i) {
    const UmapCurve c = fit_umap_curve(curves.at({i, 0}), curves.at({i, 1}));
    CHECK(c.a == approx(curves.at({i, 2}), 1e-4));
    CHECK(c.b == approx(curves.at({i, 3}), 1e-4));
  }
}

TEST_CASE("forces are the gradients of -ln phi and -ln(1 - phi), by finite differences") {
  for (const UmapCurve c : {UmapCurve{1.577, 0.895}, UmapCurve{0.119, 1.916}, UmapCurve{5.07, 1.003}}) {
    const auto phi = [&](double d) { return 1 / (1 + c.a * std::pow(d, 2 * c.b)); };
    for (const double d : {0.3, 1.0, 2.5, 9.0}) {
      const double h = 1e-5 * d, d2 = d * d;
      const double attraction = -(std::log(phi(d + h)) - std::log(phi(d - h))) / (2 * h);
      const double repulsion = -(std::log(1 - phi(d + h)) - std::log(1 - phi(d - h))) / (2 * h);
      CHECK(umap_attraction(c, d2) * d == approx(attraction, 1e-6));
      CHECK(umap_repulsion(c, d2) * d * (0.001 + d2) / d2 == approx(repulsion, 1e-6));
    }
  }
  CHECK(umap_attraction({}, 0) == 0);
}

TEST_CASE("one step of the layout goes where the forces say") {
  const UmapCurve curve = fit_umap_curve(0.1, 1);
  const SparseRows pair{{0, 1, 2, 2}, {1, 0}, {1, 1}};  // 0 - 1, and a point alone
  const Tensor before = Tensor::from({0, 1.5, 7, 0, -0.5, 3}, {2, 3});
  Tensor y = before.clone();
  umap_layout(pair, y, Tensor(), {.curve = curve, .n_epochs = 1, .learning_rate = 0.5, .negative_sample_rate = 0});
  double at[2] = {0, 0};
  const double other[2] = {1.5, -0.5};
  for (int twice = 0; twice < 2; ++twice) {  // the edge stands in both rows
    const double away[2] = {at[0] - other[0], at[1] - other[1]};
    const double scale = -umap_attraction(curve, away[0] * away[0] + away[1] * away[1]);
    for (int c = 0; c < 2; ++c) at[c] += 0.5 * scale * away[c];
  }
  CHECK(y.at({0, 0}) == approx(at[0], 1e-3));
  CHECK(y.at({1, 0}) == approx(at[1], 1e-3));
  CHECK(y.at({0, 0}) + y.at({0, 1}) == approx(1.5, 1e-3));  // both ends move, by as much
  CHECK(y.at({0, 2}) == 7);
  CHECK(y.at({1, 2}) == 3);

}

TEST_CASE("steps of the layout go down UMAP's loss: -ln phi, then strength times -ln(1 - phi), by finite differences") {
  // From two fixed points, equal, so that any draw gives the same; far enough for no step to be clipped.
  const SparseRows one{{0, 1}, {0}, {1}};
  const Tensor fixed = Tensor::from({2, 2, 1.5, 1.5}, {2, 2});
  const double rate = 0.5;
  for (const double strength : {1.0, 3.0})
    for (const UmapCurve c : {UmapCurve{1.577, 0.895}, UmapCurve{0.119, 1.916}}) {
      Tensor moved = Tensor::from({0, 0}, {2, 1});
      umap_layout(one, moved, fixed, {.curve = c, .n_epochs = 1, .learning_rate = rate, .negative_sample_rate = 2,
                                      .repulsion_strength = strength, .others_move = false});
      const auto odds = [&](double x, double y) { return c.a * std::pow(std::hypot(x - 2, y - 1.5), 2 * c.b); };
      const auto pull = [&](double x, double y) { return std::log(1 + odds(x, y)); };
      const auto push = [&](double x, double y) { return strength * std::log(1 + 1 / odds(x, y)); };
      double x = 0, y = 0;
      const auto descend = [&](auto loss) {
        const double h = 1e-5, dx = (loss(x + h, y) - loss(x - h, y)) / (2 * h),
                     dy = (loss(x, y + h) - loss(x, y - h)) / (2 * h);
        CHECK(std::max(std::abs(dx), std::abs(dy)) < 4);
        x -= rate * dx, y -= rate * dy;
      };
      descend(pull), descend(push), descend(push);
      CHECK(std::abs(moved.at({0, 0}) - x) < 5e-4);
      CHECK(std::abs(moved.at({1, 0}) - y) < 5e-4);
    }
}

TEST_CASE("a step of the layout is 4 times the rate at most") {
  // At 0.01 from the fixed point the pull halves the way, and the push from there would be 9.8.
  Tensor y = Tensor::from({Real(0.01)}, {1, 1});
  umap_layout({{0, 1}, {0}, {1}}, y, Tensor::zeros({1, 1}),
              {.n_epochs = 1, .learning_rate = 0.25, .negative_sample_rate = 1, .others_move = false});
  CHECK(y.item() == approx(0.005 + 0.25 * 4, 1e-3));
}

TEST_CASE("an edge is drawn as often as its weight says") {
  // Four points at 1 from a fixed centre, edges of weight 1, 1/2, 1/4 and too little: in 8 epochs 8, 4, 2 and 0 pulls.
  const SparseRows edges{{0, 1, 2, 3, 4}, {0, 0, 0, 0}, {1, Real(0.5), Real(0.25), Real(0.1)}};
  Tensor y = Tensor::ones({1, 4});
  umap_layout(edges, y, Tensor::zeros({1, 1}),
              {.curve = {1, 1}, .n_epochs = 8, .learning_rate = 0.01, .negative_sample_rate = 0, .others_move = false});
  CHECK(y.at({0, 3}) == 1);
  CHECK(y.at({0, 0}) < y.at({0, 1}));
  CHECK(y.at({0, 1}) < y.at({0, 2}));
  CHECK(y.at({0, 2}) < 1);
}

TEST_CASE("the start is made of the Laplacian's eigenvectors, to the accuracy that a start needs") {
  const SparseRows graph = graph_of_digits();  // 240 points: by subspace iteration
  CHECK(connected_components(graph).count() == 1);
  const Tensor found = laplacian_eigenvectors(graph, 3), w = dense(graph);
  const Tensor values = stored_map("umap/eigenvalues"), vectors = stored_map("umap/eigenvectors");
  const Index n = graph.size();
  std::vector<double> root(static_cast<std::size_t>(n));
  for (Index i = 0; i < n; ++i) root[i] = std::sqrt(sum(w.select(0, i)).item());
  for (Index k = 0; k < 3; ++k) {
    const Real* v = found.data() + k * n;
    double rayleigh = 0, square = 0, overlap = 0;
    for (Index i = 0; i < n; ++i) {
      square += v[i] * v[i];
      overlap += v[i] * vectors.data()[i * 4 + k + 1];
      for (Index j = 0; j < n; ++j) rayleigh += v[i] * w.data()[i * n + j] * v[j] / (root[i] * root[j]);
    }
    CHECK(square == approx(1, 1e-5));
    CHECK(std::abs(1 - rayleigh - values.data()[k + 1]) < 1e-3 * values.data()[4]);
    CHECK(std::abs(overlap) > 0.99);
  }
}
