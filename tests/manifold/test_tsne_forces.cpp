// The parts of t-SNE: affinities, gradient, and the two approximations of its repulsion.
#include "manifold/affinities.h"
#include "manifold/barnes_hut.h"
#include "manifold/fft_repulsion.h"
#include "manifold/tsne.h"
#include "manifold/tsne_forces.h"
#include "tensor/elementwise.h"
#include "tensor/parallel.h"
#include "tensor/random.h"
#include "tests/manifold/map_fixture.h"
#include "tests/manifold/spectral_fixture.h"

using namespace gradfold;

namespace {

// KL(P || Q) in double, straight from its definition. p [N, N], y [C, N].
double divergence(const Tensor& p, const std::vector<double>& y, Index c, Index n) {
  std::vector<double> w(static_cast<std::size_t>(n * n), 0.0);
  double z = 0, kl = 0;
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < n; ++j) {
      if (i == j) continue;
      double square = 0;
      for (Index d = 0; d < c; ++d) square += std::pow(y[d * n + i] - y[d * n + j], 2);
      z += w[i * n + j] = 1 / (1 + square);
    }
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < n; ++j) {
      const double v = p.data()[i * n + j];
      if (v > 0) kl += v * std::log(v * z / w[i * n + j]);
    }
  return kl;
}

std::vector<double> numbers_of(const Tensor& x) {
  const std::vector<Real> v = x.to_vector();
  return {v.begin(), v.end()};
}

// 4 (attraction - repulsion / Z).
Tensor gradient(const SparseRows& p, const Tensor& y) {
  Tensor attraction(y.shape()), repulsion(y.shape());
  tsne_attraction(p, y, attraction);
  const double z = exact_repulsion(y, repulsion);
  return (attraction - repulsion / static_cast<Real>(z)) * 4;
}

double mean_error(const Tensor& a, const Tensor& b) { return std::sqrt(sum_of_squares(a - b) / sum_of_squares(b)); }

// A map as t-SNE draws them: clusters of points, `width` apart.
Tensor clusters(Index n, Real width, std::uint64_t seed) {
  Rng rng(seed);
  Tensor y = rng.normal({2, n});
  for (Index i = 0; i < n; ++i) {
    y.data()[i] += width * static_cast<Real>(i % 4);
    y.data()[n + i] += width * static_cast<Real>(i % 3);
  }
  return y;
}

}  // namespace

TEST_CASE("conditional probabilities: beta and p of four distances") {
  const double squared[] = {1, 4, 9, 16};
  double p[4];
  CHECK(conditional_probabilities(squared, 4, 2, p) == approx(0.385716, 1e-4));
  const double expected[] = {.733595, .230629, .033523, .002253};
  for (int j = 0; j < 4; ++j) CHECK(std::abs(p[j] - expected[j]) < 2e-5);
}

TEST_CASE("the entropy is that of the perplexity, whatever the unit of distances") {
  Rng rng(1);
  const std::vector<double> d = numbers_of(square(rng.normal({60})) + 1);
  for (double unit : {1e-12, 1., 1e12})
    for (double perplexity : {2., 10., 40.}) {
      std::vector<double> scaled = d, p(60);
      for (double& v : scaled) v *= unit;
      conditional_probabilities(scaled.data(), 60, perplexity, p.data());
      double entropy = 0;
      for (double v : p)
        if (v > 0) entropy -= v * std::log(v);
      CHECK(std::exp(entropy) == approx(perplexity, 2e-5));
    }
  std::vector<double> equal(60, 3.0), p(60);
  conditional_probabilities(equal.data(), 60, 10, p.data());  // no beta reaches 10
  for (double v : p) CHECK(v == doctest::Approx(1. / 60));
}

TEST_CASE("P, the divergence and its gradient are scikit-learn's") {
  const Tensor x = stored("digits/x").slice(0, 0, 80).contiguous();
  const SparseRows p = joint_probabilities(nearest_neighbors(x, 79), 12);
  CHECK(largest_error(dense(p), stored_map("tsne/p")) < 1e-4);
  CHECK(sum(dense(p)).item() == approx(1, 1e-5));
  const Tensor y = stored_map("tsne/map").transpose(0, 1).contiguous();
  Tensor unused(y.shape());
  CHECK(tsne_divergence(p, y, exact_repulsion(y, unused)) ==
        approx(stored_map("tsne/kl").item(), 1e-4));
  CHECK(largest_error(gradient(p, y).transpose(0, 1), stored_map("tsne/gradient")) < 1e-4);
}

TEST_CASE("the gradient is that of the divergence, by finite differences, for maps of 1, 2 and 3 dimensions") {
  const Index n = 40;
  const SparseRows p = joint_probabilities(nearest_neighbors(Rng(2).normal({n, 5}), 15), 5);  // a sparse P
  const Tensor whole = dense(p);
  for (Index c : {1, 2, 3}) {
    const Tensor y = Rng(3).normal({c, n});
    const Tensor exact = gradient(p, y);
    Tensor by_differences(y.shape()), unused(y.shape());
    const double step = 1e-5;
    for (Index i = 0; i < c * n; ++i) {
      std::vector<double> above = numbers_of(y), below = above;
      above[i] += step, below[i] -= step;
      by_differences.data()[i] =
          static_cast<Real>((divergence(whole, above, c, n) - divergence(whole, below, c, n)) / (2 * step));
    }
    CHECK(largest_error(exact, by_differences) < 2e-6);
    CHECK(tsne_divergence(p, y, exact_repulsion(y, unused)) ==
          approx(divergence(whole, numbers_of(y), c, n), 1e-5));
  }
}

TEST_CASE("Barnes-Hut with theta 0 is exact; 0.5 is off by a few percent at most, and less than 0.8") {
  for (const Real width : {Real(1e-4), Real(3), Real(30)}) {
    const Tensor y = clusters(1000, width, 4);
    Tensor exact(y.shape()), approximate(y.shape());
    const double z = exact_repulsion(y, exact);
    CHECK(BarnesHut(0).repulsion(y, approximate) == approx(z, 1e-5));
    CHECK(mean_error(approximate, exact) < 1e-5);
    CHECK(BarnesHut(0.5).repulsion(y, approximate) == approx(z, 0.01));
    const double fine = mean_error(approximate, exact);
    BarnesHut(0.8).repulsion(y, approximate);
    CHECK(fine < 0.03);
    CHECK(mean_error(approximate, exact) > fine);
  }
}

TEST_CASE("Barnes-Hut of points that meet") {
  Tensor y = clusters(300, 5, 5);
  for (Index i = 0; i < 100; ++i) y.data()[i] = y.data()[300 + i] = 2;  // a hundred in one place
  Tensor exact(y.shape()), tree(y.shape());
  const double z = exact_repulsion(y, exact);
  CHECK(BarnesHut(0).repulsion(y, tree) == approx(z, 1e-5));
  CHECK(mean_error(tree, exact) < 1e-5);
  const Tensor one_place = Tensor::ones({2, 50});
  Tensor none({2, 50});
  CHECK(BarnesHut(0.5).repulsion(one_place, none) == doctest::Approx(50 * 49));
  CHECK(max(abs(none)).item() == 0);
}

TEST_CASE("the FFT's repulsion is within 1e-3, on small maps and wide ones, dense and sparse") {
  std::vector<Tensor> maps = {Rng(1).normal({2, 2000}) * Real(1e-4), Rng(1).normal({2, 2000}) * Real(0.1),
                              Rng(2).uniform({2, 300}) * Real(100), Tensor::from({0, 3, 0, 1}, {2, 2})};
  for (const Real width : {Real(1), Real(4), Real(15), Real(40)}) maps.push_back(clusters(2000, width, 6));
  maps.push_back(Tsne({.perplexity = 12}).fit_transform(stored("digits/x")).transpose(0, 1).contiguous());
  FftRepulsion kept;  // its grid, where the next map fits it
  for (const Tensor& y : maps) {
    for (const Tensor& map : {y, y * Real(0.97)}) {
      Tensor exact(map.shape()), fresh(map.shape()), again(map.shape());
      const double z = exact_repulsion(map, exact);
      CHECK(FftRepulsion().repulsion(map, fresh) == approx(z, 1e-4));
      CHECK(mean_error(fresh, exact) < 1e-3);
      CHECK(kept.repulsion(map, again) == approx(z, 1e-4));
      CHECK(mean_error(again, exact) < 1e-3);
    }
  }
}

TEST_CASE("the FFT's repulsion at the edges of the map, and of points in one place") {
  Tensor y = clusters(500, 5, 8);
  y.data()[0] = 40, y.data()[500] = 40;  // alone in a corner
  Tensor exact(y.shape()), grid(y.shape());
  exact_repulsion(y, exact);
  FftRepulsion().repulsion(y, grid);
  // Its force is small beside those of the others, which single precision transforms together with it.
  for (Index c : {0, 500}) CHECK(grid.data()[c] == approx(exact.data()[c], 0.05));
  CHECK(mean_error(grid, exact) < 1e-3);
  for (const Index n : {1, 50}) {
    const Tensor one_place = Tensor::ones({2, n});
    Tensor none({2, n});
    CHECK(FftRepulsion().repulsion(one_place, none) == approx(n * (n - 1), 1e-4));
    CHECK(max(abs(none)).item() < 1e-3);
  }
}

TEST_CASE("forces have the same bits for any number of threads") {
  const Tensor y = clusters(3000, 10, 7);
  const SparseRows p = joint_probabilities(nearest_neighbors(y.transpose(0, 1).contiguous(), 30), 10);
  const int before = num_threads();
  std::vector<Tensor> first;
  for (int threads : {1, 2, 3}) {
    set_num_threads(threads);
    Tensor attraction(y.shape()), exact(y.shape()), tree(y.shape()), grid(y.shape());
    tsne_attraction(p, y, attraction);
    const double z[] = {exact_repulsion(y, exact), BarnesHut(0.5).repulsion(y, tree),
                        FftRepulsion().repulsion(y, grid)};
    const std::vector<Tensor> now = {attraction, exact, tree, grid,
                                     Tensor::from({Real(z[0]), Real(z[1]), Real(z[2])}, {3})};
    if (first.empty()) first = now;
    for (std::size_t i = 0; i < now.size(); ++i) CHECK(identical(now[i], first[i]));
  }
  set_num_threads(before);
}
