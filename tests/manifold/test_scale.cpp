// Points in very large and very small units: a map does not depend on the unit, or a sentence says why there is none.
#include <limits>

#include "manifold/check_option.h"
#include "manifold/distances.h"
#include "manifold/fuzzy_graph.h"
#include "manifold/isomap.h"
#include "manifold/lda.h"
#include "manifold/mds.h"
#include "manifold/pca.h"
#include "manifold/quality.h"
#include "manifold/tsne.h"
#include "manifold/umap.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tensor/random.h"
#include "tensor/reduce.h"
#include "tests/files.h"
#include "tests/manifold/map_fixture.h"

using namespace gradfold;

namespace {

constexpr Index kEach = 60;

// Three clouds in a row, and which cloud each point is of.
Tensor clouds() {
  Tensor x = Rng(1).normal({3 * kEach, 6});
  for (Index e = 0; e < x.numel(); ++e) x.data()[e] += static_cast<Real>(3 * (e / (6 * kEach)));
  return x;
}

Indices cloud_labels() {
  Indices labels(Shape{3 * kEach});
  for (Index i = 0; i < labels.numel(); ++i) labels[i] = static_cast<std::int32_t>(i / kEach);
  return labels;
}

// Near 1e-25 and 1e25, as powers of 2: the points keep their digits.
Real tiny() { return static_cast<Real>(std::exp2(-83)); }
Real huge() { return static_cast<Real>(std::exp2(83)); }

// Points that lie as far apart as floats allow, their distances farther.
Tensor farthest() { return clouds() * (std::numeric_limits<float>::max() / Real(16)); }

}  // namespace

TEST_CASE("the scale for squares: a power of 2, and 1 for plain points, wherever they lie") {
  const Tensor x = clouds();
  for (const Real plain : {Real(1), Real(1e-7), Real(1e7)}) CHECK(scale_for_squares(x * plain) == 1);
  CHECK(scale_for_squares(x + Real(1e6)) == 1);
  CHECK(scale_for_squares(Tensor::ones({5, 2})) == 1);
  for (const Real unit : {tiny(), huge()}) {
    const Real scale = scale_for_squares(x * unit);
    CHECK(std::exp2(std::round(std::log2(scale))) == scale);
    CHECK(scale * unit > Real(0.01));
    CHECK(scale * unit < 1);
    CHECK(scale_up_for_squares(x * unit) == std::max(scale, Real(1)));
  }
  CHECK(std::isfinite(scale_for_squares(x * std::numeric_limits<float>::denorm_min())));
}

TEST_CASE("the memberships of UMAP's graph do not depend on the unit of the distances") {
  const Tensor distance = nearest_neighbors(clouds(), 14).distance;
  const Tensor plain = membership_strengths(distance, 15, 1);
  for (const double unit : {1e-37, 1e-25, 1e-10, 1e10, 1e25, 1e36})
    CHECK(largest_error(membership_strengths(distance * static_cast<Real>(unit), 15, 1), plain) < 1e-4);
}

TEST_CASE("UMAP's map and where it puts new points are as good in any unit") {
  const Tensor x = clouds();
  const Indices labels = cloud_labels();
  for (const Real unit : {tiny(), Real(1), huge()}) {
    CAPTURE(unit);
    Umap umap({.n_epochs = 100});
    umap.fit(x * unit);
    CHECK(knn_accuracy(umap.embedding, labels, 10) > 0.97);
    const Tensor drawn = umap.transform(x * unit);
    CHECK(all_finite(drawn));
    CHECK(knn_accuracy(drawn, labels, umap.embedding, labels, 10) > 0.97);
  }
}

TEST_CASE("UMAP draws new points that lie anywhere") {
  Umap umap({.n_neighbors = 10, .n_epochs = 20});
  umap.fit(clouds());
  for (const double unit : {1e-30, 1e15, 1e21, 1e25, 1e36})
    CHECK(all_finite(umap.transform(clouds().slice(0, 0, 5) * static_cast<Real>(unit))));
}

TEST_CASE("UMAP of parts that lie very far apart or very near") {
  const Tensor base = Rng(1).normal({40, 3});
  const Tensor apart = concatenate({base, base + Real(1000), base - Real(1000)}, 0);
  for (const Real unit : {tiny(), huge()}) {
    const Tensor y = Umap({.n_neighbors = 5, .n_epochs = 20}).fit_transform(apart * unit);
    CHECK(all_finite(y));
    CHECK(trustworthiness(apart, y, 5) > 0.9);
  }
}

TEST_CASE("distances that no float holds are named, and not blamed on the learning rate") {
  const Tensor x = farthest();
  REQUIRE(all_finite(x));
  const std::string says = "is inf, and must be a finite float\n  hint: divide the points by a number such as 1e6";
  const std::string tsne =
      message_of([&] { Tsne({.max_iter = 5, .init = TsneOptions::Init::kRandom}).fit_transform(x); });
  CHECK(contains(tsne, "Tsne: the distance from point 0 to its neighbour "));
  CHECK(contains(tsne, says));
  const auto umap = message_of([&] { Umap({.n_neighbors = 150, .n_epochs = 5}).fit(x); });
  CHECK(contains(umap, "Umap: the distance from point "));
  CHECK(contains(umap, says));
}

TEST_CASE("the quality of a map is the same to the bit in any unit, of the data or of the map") {
  const Tensor x = clouds(), y = Pca({.n_components = 1}).fit_transform(x);  // one coordinate: not a perfect map
  const double trust = trustworthiness(x, y, 12), kept = continuity(x, y, 12);
  CHECK(trust < 0.99);
  const Tensor wide = concatenate({x, x}, 1);  // more columns: distances by a product
  const double trust_wide = trustworthiness(wide, y, 12);
  for (const Real unit : {tiny(), huge()}) {
    CAPTURE(unit);
    CHECK(trustworthiness(x * unit, y, 12) == trust);
    CHECK(trustworthiness(x, y * unit, 12) == trust);
    CHECK(continuity(x * unit, y, 12) == kept);
    CHECK(continuity(x, y * unit, 12) == kept);
    CHECK(trustworthiness(wide * unit, y, 12) == trust_wide);
  }
}

TEST_CASE("PCA of tiny points is that of plain ones, exact or randomised, tall or wide, whitened or not") {
  for (const auto solver : {PcaOptions::Solver::kExact, PcaOptions::Solver::kRandomized})
    for (const Tensor& x : {clouds(), Tensor(clouds().transpose(0, 1).contiguous())})
      for (const bool whiten : {false, true}) {
        CAPTURE(whiten);
        const PcaOptions options{.n_components = 2, .svd_solver = solver, .whiten = whiten};
        Pca plain(options), small(options);
        plain.fit(x), small.fit(x * tiny());
        CHECK(largest_error(small.components, plain.components) < 1e-5);
        CHECK(largest_error(small.explained_variance_ratio, plain.explained_variance_ratio) < 1e-5);
        const Tensor y = plain.transform(x), z = small.transform(x * tiny());
        CHECK(largest_error(whiten ? z : z * huge(), y) < 1e-5);
        CHECK(largest_error(small.inverse_transform(z) * huge(), plain.inverse_transform(y)) < 1e-5);
      }
}

TEST_CASE("MDS and Isomap of tiny points are those of plain ones") {
  const Tensor x = clouds();
  ClassicalMds plain, small;
  const Tensor y = plain.fit_transform(x), z = small.fit_transform(x * tiny());
  CHECK(largest_error(z * huge(), y) < 1e-5);
  for (int c = 0; c < 2; ++c)
    CHECK(small.eigenvalues[c] * huge() * huge() == approx(plain.eigenvalues[c], 1e-5));

  Isomap paths({.n_neighbors = 8}), tiny_paths({.n_neighbors = 8});
  CHECK(largest_error(tiny_paths.fit_transform(x * tiny()) * huge(), paths.fit_transform(x)) < 1e-5);
  const Tensor few = x.slice(0, 0, 7).contiguous();
  CHECK(largest_error(tiny_paths.transform(few * tiny()) * huge(), paths.transform(few)) < 1e-4);
  CHECK(tiny_paths.residual_variance() == approx(paths.residual_variance(), 1e-4));
}

TEST_CASE("LDA of tiny and of huge points is that of plain ones, map and classifier") {
  const Tensor x = clouds();
  const Indices labels = cloud_labels();
  Lda plain;
  const Tensor y = plain.fit_transform(x, labels);
  for (const Real unit : {tiny(), huge()}) {
    CAPTURE(unit);
    Lda other;
    CHECK(largest_error(other.fit_transform(x * unit, labels), y) < 1e-5);
    CHECK(largest_error(other.mean / unit, plain.mean) < 1e-5);
    CHECK(largest_error(other.predict_proba(x * unit), plain.predict_proba(x)) < 1e-4);
  }
}

TEST_CASE("LDA says how likely classes are however far a point lies, or that a float cannot say how far") {
  const Tensor x = clouds();
  Lda lda;
  lda.fit(x, cloud_labels());
  const Tensor ray = x.slice(0, 179, 180) - lda.mean;  // of the third class
  for (const double far : {1.0, 1e10, 1e20, 1e25, 1e36}) {
    CAPTURE(far);
    const Tensor p = lda.predict_proba(ray * static_cast<Real>(far) + lda.mean);
    REQUIRE(all_finite(p));
    CHECK(sum(p).item() == approx(1, 1e-5));
    CHECK(p.at({0, 2}) > 0.9);
  }
  const Tensor beyond = Tensor::full({1, 6}, std::numeric_limits<float>::max());
  CHECK(contains(message_of([&] { lda.predict_proba(beyond); }), "Lda: row 0 of x is farther from the mean than"));
}

TEST_CASE("PCA's inverse names the number that is not finite") {
  Pca pca({.n_components = 2});
  Tensor z = pca.fit_transform(clouds());
  z.set({4, 1}, std::numeric_limits<Real>::quiet_NaN());
  CHECK(contains(message_of([&] { pca.inverse_transform(z); }),
                 "Pca::inverse_transform: z has nan in row 4, column 1; all numbers must be finite"));
}

TEST_CASE("MDS refuses negative distances") {
  Tensor distances = sqrt(squared_distances(Rng(1).normal({5, 2})));
  distances.set({3, 1}, -2), distances.set({1, 3}, -2);
  CHECK(message_of([&] { ClassicalMds().fit_transform_distances(distances); }) ==
        "ClassicalMds: the distance from point 3 to 1 is -2; it must not be negative");
}

TEST_CASE("MDS and Isomap say that their matrix of distances is too large, before any work") {
  const Tensor x = Tensor::zeros({5000000, 1});
  const std::string mds = message_of([&] { ClassicalMds().fit_transform(x); });
  CHECK(contains(mds, "ClassicalMds: there is not enough memory for the matrix [5000000, 5000000] of distances"));
  CHECK(contains(mds, "9.31e+04 GiB\n  hint: fewer points"));
  CHECK(contains(message_of([&] { Isomap().fit(x); }), "Isomap: there is not enough memory for the 2 matrices ["));
}

TEST_CASE("the curve of UMAP scales with spread, and a spread that no map can have is refused") {
  const UmapCurve one = fit_umap_curve(0.1, 1);
  for (const double spread : {1e-9, 1e-3, 1e-1, 10.0, 1e3, 1e9}) {
    const UmapCurve c = fit_umap_curve(0.1 * spread, spread);
    CHECK(c.b == approx(one.b, 1e-9));
    CHECK(c.a * std::pow(spread, 2 * c.b) == approx(one.a, 1e-9));
  }
  for (const double spread : {1e-9, 1e9}) {
    const auto fit = [&] { Umap({.min_dist = 0, .spread = spread}).fit(clouds()); };
    CHECK_THROWS_AS(fit(), OptionError);
    CHECK(contains(message_of(fit), "must be from 0.001 to 1000; a map begins 10 wide"));
  }
}
