// PCA against scikit-learn, against its own definition, and on data that trip it.
#include <limits>
#include <utility>

#include "manifold/pca.h"

#include "manifold/column_block.h"
#include "manifold/eigenpairs.h"
#include "tensor/indexing.h"
#include "tensor/matmul.h"
#include "tensor/parallel.h"
#include "tensor/random.h"
#include "tests/files.h"
#include "tests/manifold/spectral_fixture.h"

using namespace gradfold;

namespace {

// n points whose variance lies in a few directions, and a little in all.
Tensor stretched(Index n, Index d, Index directions, std::uint64_t seed) {
  Rng rng(seed);
  Tensor scale({directions});
  for (Index i = 0; i < directions; ++i) scale.data()[i] = static_cast<Real>(directions - i);
  const Tensor within = rng.normal({n, directions}) * scale;
  return matmul(within, rng.normal({directions, d})) + rng.normal({n, d}) * Real(0.1) + 3;
}

// The sine of the largest angle between the spaces that the rows of a and b span (both orthonormal).
double largest_angle(const Tensor& a, const Tensor& b) {
  const Tensor outside = a - matmul(matmul(a, b, {.transpose_b = true}), b);  // what b does not reach
  return std::sqrt(max(sum(square(outside), {1})).item());
}

}  // namespace

TEST_CASE("PCA of the 8 x 8 digits is scikit-learn's") {
  const Tensor x = stored("digits/x");
  for (const bool whiten : {false, true}) {
    const std::string of = whiten ? "pca_whiten/" : "pca/";
    Pca pca({.n_components = 10, .whiten = whiten});
    const Tensor z = pca.fit_transform(x);
    CHECK(relative_up_to_signs(pca.components.transpose(0, 1), stored(of + "components").transpose(0, 1)) < 1e-4);
    CHECK(relative(pca.explained_variance, stored(of + "explained_variance")) < 1e-5);
    CHECK(relative(pca.explained_variance_ratio, stored(of + "explained_variance_ratio")) < 1e-5);
    CHECK(relative_up_to_signs(z.slice(0, 0, 30), stored(of + "transform")) < 1e-4);
    CHECK(relative(pca.inverse_transform(z.slice(0, 0, 5)), stored(of + "inverse_transform")) < 1e-5);
  }
}

TEST_CASE("PCA of the digits keeps the shares of variance that are known of them") {
  Pca pca;
  pca.fit(stored("digits/x"));
  CHECK(pca.components_for(0.90) == 21);
  CHECK(pca.components_for(0.95) == 29);
  CHECK(pca.components_for(0.99) == 41);
  CHECK(sum(pca.explained_variance_ratio.slice(0, 0, 2)).item() == approx(0.285, 0.002));
  CHECK(sum(pca.explained_variance_ratio).item() == doctest::Approx(1));
}

TEST_CASE("PCA's error is the sum of the variances left out") {
  const Tensor x = stretched(500, 40, 12, 1);
  Pca all, few({.n_components = 5});
  all.fit(x);
  const Tensor gap = few.inverse_transform(few.fit_transform(x)) - x;
  const double left = sum(all.explained_variance.slice(0, 5, 40)).item();
  CHECK(sum_of_squares(gap) / 499 == approx(left, 1e-4));
  CHECK(relative(all.inverse_transform(all.fit_transform(x)), x) < 1e-5);
}

TEST_CASE("PCA with fewer points than features is the same by inner products") {
  Pca pca({.n_components = 5});
  const Tensor z = pca.fit_transform(stored("digits/x").slice(0, 0, 20));
  CHECK(relative_up_to_signs(z, stored("pca_wide/transform")) < 1e-4);
  CHECK(relative(pca.explained_variance_ratio, stored("pca_wide/explained_variance_ratio")) < 1e-5);
}

TEST_CASE("with fewer points than features all components are orthonormal, and say all that there is to say") {
  for (const auto& [n, rank] : {std::pair<Index, Index>{5, 5}, {30, 3}, {20, 1}, {300, 2}}) {
    CAPTURE(n);
    CAPTURE(rank);
    Rng rng(9);
    const Tensor x = matmul(rng.normal({n, rank}), rng.normal({rank, 784}));
    for (const auto solver : {PcaOptions::Solver::kExact, PcaOptions::Solver::kRandomized}) {
      Pca pca({.n_components = std::min<Index>(n, 10), .svd_solver = solver});
      const Tensor z = pca.fit_transform(x);
      const Tensor products = matmul(pca.components, pca.components, {.transpose_b = true});
      for (Index i = 0; i < products.size(0); ++i)
        for (Index j = 0; j <= i; ++j) CHECK(std::abs(products.at({i, j}) - Real(i == j)) < 1e-5);
      CHECK(relative(pca.inverse_transform(z), x) < 1e-4);
      const Tensor variance = sum(square(z - mean(z, {0})), {0}) / static_cast<Real>(n - 1);
      CHECK(max(abs(variance - pca.explained_variance)).item() < 1e-4 * max(variance).item());
    }
  }
}

TEST_CASE("PCA by Lanczos and by the whole decomposition agree, and so does the randomised one") {
  const Tensor x = stretched(900, 400, 30, 2);  // 400 features: too many for the whole decomposition, 10 of them
  Pca whole({.n_components = 0}), lanczos({.n_components = 10}),
      randomized({.n_components = 10, .svd_solver = PcaOptions::Solver::kRandomized});
  whole.fit(x), lanczos.fit(x), randomized.fit(x);
  const Tensor top = whole.components.slice(0, 0, 10).contiguous();
  CHECK(largest_angle(lanczos.components, top) < 1e-4);
  CHECK(relative(lanczos.explained_variance, whole.explained_variance.slice(0, 0, 10)) < 1e-5);
  CHECK(largest_angle(randomized.components, top) < 1e-3);
  CHECK(relative(randomized.explained_variance_ratio, lanczos.explained_variance_ratio) < 1e-4);
}

TEST_CASE("PCA's mean may be far from 0") {
  const Tensor x = stretched(300, 20, 4, 3);
  Pca near({.n_components = 3}), far({.n_components = 3});
  const Tensor a = near.fit_transform(x), b = far.fit_transform(x + 1000);
  CHECK(relative(b, a) < 1e-3);  // what float leaves of x itself at 1000
}

TEST_CASE("a direction in which the points hardly vary is found beside one in which they vary 10,000 times as far") {
  Rng rng(12);
  for (const auto& [n, d] : {std::pair<Index, Index>{2000, 10}, {2000, 300}, {8, 20}}) {
    CAPTURE(n);
    CAPTURE(d);
    const Tensor both = orthonormal_columns(rng.normal({d, 2})).transpose(0, 1).contiguous();  // the directions
    Tensor along = rng.normal({n, 2});
    along = along - mean(along, {0});
    const Tensor far = along.slice(1, 0, 1), near = along.slice(1, 1, 2);
    const Tensor x = matmul(far * Real(1e4), both.slice(0, 0, 1)) + matmul(near, both.slice(0, 1, 2));
    const Pca pca = Pca({.n_components = 2}).fit(x);
    // far and near are not quite uncorrelated: what is left of near once far has explained its part.
    const double share = sum(far * near).item() / sum(square(far)).item();
    const double left = sum(square(near - far * static_cast<Real>(share))).item() / static_cast<double>(n - 1);
    CHECK(pca.explained_variance.at({1}) == approx(left, 0.01));
    CHECK(std::abs(sum(pca.components.slice(0, 1, 2) * both.slice(0, 1, 2)).item()) > 0.999);
  }
}

TEST_CASE("constant columns, duplicates and a rank below n_components are no trouble") {
  Tensor x = Tensor::zeros({300, 300});
  Rng rng(4);
  x.slice(1, 0, 3).copy_from(rng.normal({300, 3}));
  x.slice(1, 10, 20).fill(7);  // never varies
  Pca pca({.n_components = 20});
  const Tensor z = pca.fit_transform(x);
  CHECK(first_non_finite(z) == -1);
  CHECK(pca.explained_variance.at({2}) > 0.5);
  CHECK(pca.explained_variance.at({3}) < 1e-5);
  CHECK(relative(pca.inverse_transform(z), x) < 1e-5);
  Pca same({.n_components = 2});
  CHECK(max(abs(same.fit_transform(Tensor::ones({50, 4})))).item() == 0);
  CHECK(max(same.explained_variance_ratio).item() == 0);
}

TEST_CASE("PCA has the same bits with any number of threads, and the same signs") {
  const Tensor x = stretched(5000, 150, 9, 5);
  const auto run = [&](int threads) {
    set_num_threads(threads);
    return Pca({.n_components = 4}).fit_transform(x);
  };
  const int before = num_threads();
  const Tensor one = run(1), three = run(3);
  set_num_threads(before);
  CHECK(identical(one, three));
  Pca pca({.n_components = 4});
  pca.fit(x);
  for (Index k = 0; k < 4; ++k) {
    const Tensor row = pca.components.select(0, k);
    CHECK(row.at({argmax(abs(row), 0)[0]}) > 0);
  }
}

TEST_CASE("the randomised PCA has the same bits with any number of threads; its seed draws other numbers") {
  const Tensor x = stretched(5000, 150, 30, 6);
  const auto fit = [&](std::uint64_t seed) {
    Pca pca({.n_components = 4, .svd_solver = PcaOptions::Solver::kRandomized, .random_state = seed});
    pca.fit(x);
    return pca;
  };
  const int before = num_threads();
  set_num_threads(1);
  const Pca one = fit(1);
  const Tensor y = one.transform(x);
  for (const int threads : {2, 3}) {
    CAPTURE(threads);
    set_num_threads(threads);
    const Pca more = fit(1);
    CHECK(identical(more.components, one.components));
    CHECK(identical(more.explained_variance, one.explained_variance));
    CHECK(identical(more.transform(x), y));
  }
  set_num_threads(before);
  CHECK_FALSE(identical(fit(2).components, one.components));
}

TEST_CASE("PCA by either solver names the first number that is not finite") {
  const Real nan = std::numeric_limits<Real>::quiet_NaN(), infinity = std::numeric_limits<Real>::infinity();
  for (const auto solver : {PcaOptions::Solver::kExact, PcaOptions::Solver::kRandomized})
    for (const Real bad : {nan, infinity, -infinity}) {
      Tensor x = stretched(40, 12, 3, 7);
      const Pca pca = Pca({.n_components = 2, .svd_solver = solver}).fit(x);
      x.set({3, 5}, bad), x.set({9, 1}, bad);
      const std::string where = fmt::format("x has {} in row 3, column 5; all numbers must be finite", bad);
      const std::string fitted = message_of([&] { Pca({.n_components = 2, .svd_solver = solver}).fit(x); });
      CHECK_MESSAGE(contains(fitted, "Pca: " + where), fitted);
      CHECK(contains(message_of([&] { pca.transform(x); }), "Pca::transform: " + where));
    }
}

TEST_CASE("PCA names what is wrong") {
  const Tensor x = stored("digits/x").slice(0, 0, 10);
  CHECK(message_of([&] { Pca({.n_components = 11}).fit(x); }) ==
        "Pca: n_components is 11 but x is [10, 64]; it must be from 1 to 10, min(N, D)");
  Tensor bad = x.clone();
  bad.set({3, 5}, std::numeric_limits<Real>::quiet_NaN());
  CHECK(contains(message_of([&] { Pca().fit(bad); }), "row 3, column 5"));
  CHECK(contains(message_of([&] { Pca().fit(x.slice(0, 0, 1)); }), "at least 2 points"));
  CHECK(contains(message_of([&] { Pca().fit(x).transform(bad); }), "Pca::transform: x has nan in row 3, column 5"));
  CHECK(contains(message_of([&] { Pca().transform(x); }), "call fit(x) first"));
  CHECK(contains(message_of([&] { Pca().fit(x).transform(x.slice(1, 0, 3)); }), "[10, 3]"));
  CHECK(contains(message_of([&] { Pca({.n_components = 1}).fit(x).components_for(0.99); }), "n_components 0"));
}
