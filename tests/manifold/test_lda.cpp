// LDA against scikit-learn, on what it is for, and on data that trip it.
#include "manifold/lda.h"

#include <limits>

#include "manifold/quality.h"
#include "tensor/random.h"
#include "tests/files.h"
#include "tests/manifold/spectral_fixture.h"

using namespace gradfold;

namespace {

double share_equal(const Indices& a, const Indices& b) {
  Index equal = 0;
  for (Index i = 0; i < a.numel(); ++i) equal += a[i] == b[i];
  return static_cast<double>(equal) / static_cast<double>(a.numel());
}

}  // namespace

TEST_CASE("LDA of the 8 x 8 digits is scikit-learn's") {
  const Tensor x = stored("digits/x");  // three of its pixels never vary
  const Indices y = stored_indices("digits/y");
  Lda lda;
  const Tensor z = lda.fit_transform(x, y);
  CHECK(relative_up_to_signs(z.slice(0, 0, 100), stored("lda/transform")) < 1e-3);
  CHECK(relative(lda.explained_variance_ratio, stored("lda/explained_variance_ratio")) < 1e-4);
  CHECK(share_equal(lda.predict(x), stored_indices("lda/predict")) > 0.999);
  CHECK(max(abs(lda.predict_proba(x.slice(0, 0, 100)) - stored("lda/predict_proba"))).item() < 2e-3);
}

TEST_CASE("LDA's shrinkage is that of its definition, solved by SciPy") {
  const Tensor x = stored("digits/x");
  Lda lda({.shrinkage = 0.3});
  const Tensor z = lda.fit_transform(x, stored_indices("digits/y"));
  CHECK(relative_up_to_signs(z.slice(0, 0, 100), stored("lda_shrinkage/transform")) < 1e-3);
}

TEST_CASE("LDA's maps of the digits keep classes together as is known of them") {
  const Tensor x = stored("digits/x");
  const Indices y = stored_indices("digits/y");
  const Tensor two = Lda({.n_components = 2}).fit_transform(x, y), nine = Lda().fit_transform(x, y);
  CHECK(nine.size(1) == 9);
  CHECK(knn_accuracy(two, y) == approx(0.693, 0.02));
  CHECK(knn_accuracy(nine, y) == approx(0.976, 0.01));
  CHECK(trustworthiness(x, two) == approx(0.798, 0.01));
  CHECK(continuity(x, two) == approx(0.931, 0.01));
}

TEST_CASE("LDA finds the direction that differs, not the one that varies, and scales it by what varies within") {
  Rng rng(1);
  Tensor x = rng.normal({4000, 3});
  Indices y(Shape{4000});
  for (Index i = 0; i < 4000; ++i) {
    y[i] = i % 2 ? 7 : -3;  // labels are names, not positions
    x.set({i, 0}, 100 * x.at({i, 0}));                            // varies most, tells nothing
    x.set({i, 1}, x.at({i, 1}) / 10 + (i % 2 ? Real(0.5) : 0));   // varies least, tells the class: 5 sigma
  }
  Lda lda;
  const Tensor z = lda.fit_transform(x, y);
  REQUIRE(z.shape() == Shape{4000, 1});
  CHECK(std::abs(lda.scalings.at({1, 0})) == approx(10, 0.05));
  CHECK(std::abs(lda.scalings.at({0, 0})) < 0.001);
  CHECK(lda.classes.values == std::vector<std::int32_t>{-3, 7});
  // The threshold lies halfway, 2.5 sigma from both: errors of Phi(-2.5) = 0.6 %.
  CHECK(share_equal(lda.predict(x), y) == approx(0.9938, 0.004));
}

TEST_CASE("LDA of two classes has one discriminant, also of many features") {
  for (const Index d : {250, 260, 500}) {  // the whole decomposition, and Lanczos
    Rng rng(5);
    const Index n = 4000;
    Tensor x = rng.normal({2 * n, d});
    Indices y(Shape{2 * n});
    for (Index i = 0; i < 2 * n; ++i) {
      y[i] = i % 2;
      for (Index j = 0; j < d; ++j) x.set({i, j}, x.at({i, j}) + y[i] * 3 / std::sqrt(Real(d)));  // 3 sigma apart
    }
    const Lda lda = Lda().fit(x.slice(0, 0, n), y.slice(0, n));
    CHECK(lda.scalings.size(1) == 1);
    // The best there is: errors of Phi(-1.5) = 6.7 %; the estimated covariance costs 0.5 to 1 %.
    CHECK(share_equal(lda.predict(x.slice(0, n, 2 * n)), y.slice(n, 2 * n)) > 0.91);
  }
}

TEST_CASE("LDA's prior moves the threshold") {
  Rng rng(2);
  Tensor x = rng.normal({4000, 1});
  Indices y(Shape{4000});
  for (Index i = 0; i < 4000; ++i) {
    y[i] = i % 10 == 0;
    if (y[i]) x.set({i, 0}, x.at({i, 0}) + 2);
  }
  Lda lda;
  lda.fit(x, y);
  // p(1 | x) = 1/2 where 2 x - 2 = ln 9: x = 2.0986.
  CHECK(lda.predict_proba(Tensor::from({Real(2.0986)}, {1, 1})).at({0, 1}) == approx(0.5, 0.05));
  CHECK(lda.priors.at({1}) == doctest::Approx(0.1));
}

TEST_CASE("LDA names what is wrong") {
  const Tensor x = stored("digits/x").slice(0, 0, 20);
  const Indices y = stored_indices("digits/y").slice(0, 20);
  CHECK(message_of([&] { Lda().fit(x, y.slice(0, 19)); }) ==
        "Lda: there are 19 labels for 20 points; each point needs one");
  CHECK(contains(message_of([&] { Lda().fit(x, Indices(Shape{20})); }), "two classes"));
  CHECK(contains(message_of([&] { Lda({.n_components = 10}).fit(x, y); }), "n_components is 10"));
  CHECK(contains(message_of([&] { Lda({.shrinkage = 2}).fit(x, y); }), "from 0 to 1"));
  CHECK(contains(message_of([&] { Lda().fit(Tensor::ones({20, 3}), y); }), "does not vary within the classes"));
  CHECK(contains(message_of([&] { Lda().transform(x); }), "call fit(x, labels) first"));
  CHECK(contains(message_of([&] { Lda().fit(x.slice(0, 0, 1), y.slice(0, 1)); }), "at least 2 points"));
  Tensor bad = x.clone();
  bad.set({3, 5}, std::numeric_limits<Real>::quiet_NaN());
  CHECK(contains(message_of([&] { Lda().fit(bad, y); }), "row 3, column 5"));
  const Lda lda = Lda().fit(x, y);
  CHECK(contains(message_of([&] { lda.transform(bad); }), "row 3, column 5"));
  CHECK(contains(message_of([&] { lda.predict(bad); }), "row 3, column 5"));
  CHECK(contains(message_of([&] { lda.predict_proba(bad); }), "row 3, column 5"));
}

TEST_CASE("LDA leaves out what does not vary within a class, however often the points are repeated") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    CAPTURE(seed);
    const Index n = 3000, d = 5;
    const Tensor six = Rng(seed).normal({6, d}) * Real(3) + 1;
    Tensor x({n, d});
    Indices y(Shape{n});
    for (Index i = 0; i < n; ++i) {
      x.slice(0, i, i + 1).copy_from(six.slice(0, i % 6, i % 6 + 1));
      y[i] = static_cast<std::int32_t>(i % 6 / 2);
    }
    // Every discriminant is scaled to variance 1 within the classes; rounding errors taken for a direction have less.
    const Tensor z = Lda().fit_transform(x, y);
    for (Index a = 0; a < z.size(1); ++a) {
      double within = 0;
      for (Index c = 0; c < 3; ++c) {
        const double gap = z.at({2 * c, a}) - z.at({2 * c + 1, a});  // two places, as many points at each
        within += gap * gap / 4 * static_cast<double>(n) / 3;
      }
      CHECK(within / static_cast<double>(n - 3) == approx(1, 0.01));
    }
  }
}

TEST_CASE("LDA of fewer points than features: what does not vary within a class is left out, shrinkage takes it in") {
  const Tensor x = stored("digits/x").slice(0, 0, 20);
  const Indices y = stored_indices("digits/y").slice(0, 20);
  CHECK(first_non_finite(Lda().fit_transform(x, y)) == -1);
  CHECK(share_equal(Lda().fit(x, y).predict(x), y) == doctest::Approx(0.85));  // scikit-learn's too
  CHECK(share_equal(Lda({.shrinkage = 0.3}).fit(x, y).predict(x), y) == 1);
}
