// Random numbers: published words, distributions, and the vector code against its plain twin.
#include <algorithm>
#include <cmath>
#include <vector>

#include "tensor/kernels/random.h"
#include "tensor/parallel.h"
#include "tensor/random.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

// Known answers published with the Random123 library (kat_vectors, philox4x32-10).
TEST_CASE("philox gives the published words") {
  CHECK(philox({0, 0, 0, 0}, {0, 0}) ==
        std::array<std::uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
        std::array<std::uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        std::array<std::uint32_t, 4>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("draws are the same bits for any thread count") {
  auto draw = [](int threads) {
    set_num_threads(threads);
    Rng rng(7);
    std::vector<Tensor> all{rng.uniform({100001}), rng.normal({50001}),
                            rng.bernoulli(Tensor::full({30001}, Real(0.3)))};
    set_num_threads(0);
    return all;
  };
  const auto one = draw(1);
  for (int threads : {2, 3, 8}) {
    const auto many = draw(threads);
    for (std::size_t i = 0; i < one.size(); ++i) CHECK(identical(one[i], many[i]));
  }
}

TEST_CASE("vectors of numbers are those of the plain loop, also where a vector is cut short") {
  const std::uint64_t seed = 0x123456789abcdef0, first = 0xfffffffc;  // the counter's low word runs over
  for (const Index n : {0, 1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 1000}) {
    CAPTURE(n);
    std::vector<Real> u(n + 1, 9), v = u, x = u, y = u;
    random_uniform(seed, first, u.data(), n, 0, 1);
    random_uniform_ref(seed, first, v.data(), n, 0, 1);
    CHECK(u == v);
    random_normal(seed, first, x.data(), n, 1, 2);
    random_normal_ref(seed, first, y.data(), n, 1, 2);
    for (Index i = 0; i < n; ++i) REQUIRE(std::abs(x[i] - y[i]) <= 1e-6 * std::abs(y[i]) + 1e-12);
    CHECK(x[n] == 9);
  }
  std::vector<Real> x(1 << 20), y = x;
  random_normal(seed, 0, x.data(), std::ssize(x), 0, 1);
  random_normal_ref(seed, 0, y.data(), std::ssize(y), 0, 1);
  Index differ = 0;
  for (std::size_t i = 0; i < x.size(); ++i) differ += std::abs(x[i] - y[i]) > 1e-14;
  CHECK(differ <= 10);
}

TEST_CASE("moments are those of the distributions") {
  Rng rng(1);
  const Index n = 200000;
  auto moments = [](const Tensor& x) {
    double mean = 0, square = 0;
    for (Real v : x.to_vector()) mean += v, square += double(v) * v;
    mean /= static_cast<double>(x.numel());
    return std::pair(mean, square / static_cast<double>(x.numel()) - mean * mean);
  };
  const double tolerance = 5 / std::sqrt(static_cast<double>(n));  // five standard errors, at most
  auto [um, uv] = moments(rng.uniform({n}));
  CHECK(um == approx(0.5, tolerance));
  CHECK(uv == approx(1 / 12.0, tolerance * 2));
  auto [nm, nv] = moments(rng.normal({n}, 3, 2));
  CHECK(nm == approx(3, tolerance));
  CHECK(nv == approx(4, tolerance * 2));
  auto [bm, bv] = moments(rng.bernoulli(Tensor::full({n}, Real(0.25))));
  CHECK(bm == approx(0.25, tolerance * 2));
  CHECK(bv == approx(0.1875, tolerance * 4));
}

TEST_CASE("uniform numbers stay below the upper end") {
  Rng rng(3);
  for (Real v : rng.uniform({100000}, -1, 1).to_vector()) {
    REQUIRE(v >= -1);
    REQUIRE(v < 1);
  }
}

TEST_CASE("a permutation holds every number once and moves with the seed") {
  Rng a(5), b(5), c(6);
  const Indices p = a.permutation(1000);
  CHECK(p.values == b.permutation(1000).values);
  CHECK(p.values != c.permutation(1000).values);
  auto sorted = p.values;
  std::sort(sorted.begin(), sorted.end());
  for (std::int32_t i = 0; i < 1000; ++i) REQUIRE(sorted[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("forks are independent streams, and a state can be put back") {
  Rng rng(11);
  const Rng shuffle = rng.fork("shuffle"), noise = rng.fork("noise");
  CHECK(shuffle.state().seed != noise.state().seed);
  CHECK(rng.fork("shuffle").state() == shuffle.state());
  const Rng::State state = rng.state();
  const Tensor first = rng.normal({100});
  CHECK_FALSE(identical(first, rng.normal({100})));
  rng.set_state(state);
  CHECK(identical(first, rng.normal({100})));
}

TEST_CASE("a probability outside 0..1 is refused") {
  Rng rng(1);
  CHECK_THROWS_WITH_AS(rng.bernoulli(Tensor()), "bernoulli: p is an undefined tensor; it must hold probabilities",
                       Error);
  CHECK_THROWS_WITH_AS(rng.bernoulli(Tensor::from({Real(0.5), Real(1.5)})),
                       "bernoulli: probability 1.5 at element 1 is not between 0 and 1", Error);
}

TEST_CASE("bounds the wrong way round, a negative deviation and a negative count are refused") {
  Rng rng(1);
  CHECK(message_of([&] { rng.uniform({2}, 1, -1); }) ==
        "Rng::uniform: low is 1 and high -1; low must not be above high");
  CHECK(message_of([&] { rng.normal({2}, 0, -1); }) == "Rng::normal: std is -1 but must be 0 or more");
  CHECK(message_of([&] { rng.permutation(-1); }) == "Rng::permutation: n is -1 but must be 0 or more");
  CHECK(rng.uniform({2}, 3, 3).to_vector() == std::vector<Real>{3, 3});
  CHECK(rng.normal({2}, 3, 0).to_vector() == std::vector<Real>{3, 3});
  CHECK(rng.permutation(0).numel() == 0);
}
