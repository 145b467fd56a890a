// What a decoder's numbers say of pixels: probabilities that add up to 1, and draws that come as often as these say.
// (Their likelihoods are held against PyTorch's in test_torch_vae.cpp.)
#include "models/pixel_likelihood.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "autograd/ops.h"
#include "tests/doctest.h"
#include "tests/models/kinds.h"

using namespace gradfold;

namespace {

// The standard normal's distribution function.
double normal_below(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }

void set_deviation(PixelLikelihood& likelihood, double sigma) {
  likelihood.log_var.mutable_value().fill(static_cast<Real>(2 * std::log(sigma)));
}

// n draws of one pixel, [C, n].   numbers [1, P, 1, 1]
Tensor draws_of(const PixelLikelihood& likelihood, const Tensor& numbers, Index n, Rng& rng) {
  return likelihood.sample(numbers.expand({1, numbers.size(1), 1, n}).contiguous(), rng).reshape({-1, n});
}

// So many of n, when each is one with probability p. Within 4.5 standard errors: a right program fails once in 150,000.
void check_often(Index often, Index n, double p) {
  CAPTURE(p);
  CAPTURE(often);
  const double all = static_cast<double>(n);
  CHECK(std::abs(static_cast<double>(often) - all * p) <= 4.5 * std::sqrt(all * p * (1 - p)));
}

// The whole batch's standard deviation about the given mean.
double deviation(const Tensor& x, double about) { return std::sqrt(mean(square(x - static_cast<Real>(about))).item()); }

}  // namespace

TEST_CASE("the probabilities of all values of a pixel add up to 1, and its draws come as often as they say") {
  struct Row {
    LikelihoodKind kind;
    int levels, channels;
  };
  using enum LikelihoodKind;
  for (const Row& row : {Row{kBernoulli, 2, 1}, {kCategorical, 16, 1}, {kCategorical, 3, 3}, {kLogisticMixture, 16, 1},
                         {kLogisticMixture, 3, 3}}) {
    CAPTURE(static_cast<int>(row.kind));
    CAPTURE(row.channels);
    const PixelLikelihood likelihood({.kind = row.kind, .levels = row.levels, .channels = row.channels, .mixture = 3});
    Rng rng(2);
    const Tensor numbers = rng.normal({1, likelihood.numbers(), 1, 1});  // a decoder's that nobody trained
    const Index values = row.channels == 1 ? row.levels : row.levels * row.levels * row.levels;
    Tensor every({values, row.channels, 1, 1});  // in the order of the digits
    for (Index i = 0; i < values; ++i)
      for (Index c = 0, rest = i; c < row.channels; ++c, rest /= row.levels)
        every.set({i, c, 0, 0}, level_value(rest % row.levels, row.levels));
    const Tensor each = numbers.expand({values, likelihood.numbers(), 1, 1}).contiguous();
    const Tensor p = exp(-likelihood.nll(each, every).value());
    CHECK(sum(p).item() == approx(1, 1e-4));
    const double first = sum(p * every.slice(1, 0, 1).reshape({values})).item();  // of the first channel, on average
    CHECK(likelihood.mean(numbers).value().at({0, 0, 0, 0}) == approx(first, 1e-4));

    const Index n = 20'000;
    const Tensor drawn = draws_of(likelihood, numbers, n, rng);
    std::vector<Index> often(static_cast<std::size_t>(values));
    for (Index i = 0; i < n; ++i) {
      Index value = 0;
      for (Index c = row.channels - 1; c >= 0; --c)
        value = value * row.levels + std::lround(drawn.at({c, i}) * static_cast<Real>(row.levels - 1));
      ++often.at(static_cast<std::size_t>(value));
    }
    for (Index i = 0; i < values; ++i) check_often(often[static_cast<std::size_t>(i)], n, p.at({i}));
  }
}

TEST_CASE("each pixel of each image is drawn, and seen on average, by its own numbers") {
  Rng rng(3);
  const Tensor wanted = random_levels({2, 3, 2, 3}, 4, rng);  // what the numbers are all but sure of
  Tensor logits = Tensor::zeros({2, 3, 4, 2, 3});
  for (Index level = 0; level < 4; ++level)
    logits.select(2, level).copy_from(less(abs(wanted - level_value(level, 4)), Tensor::scalar(Real(0.1))) * Real(40));
  const PixelLikelihood categorical({.kind = LikelihoodKind::kCategorical, .levels = 4, .channels = 3});
  CHECK(identical(categorical.sample(logits.reshape({2, 12, 2, 3}), rng), wanted));
  CHECK(allclose(categorical.mean(logits.reshape({2, 12, 2, 3})).value(), wanted));

  // One logistic of next to no width: its weight, three means of -1 .. 1, three log scales, no link between channels.
  Tensor one = Tensor::zeros({2, 10, 2, 3});
  one.slice(1, 1, 4).copy_from(wanted * Real(2) - Real(1));
  one.slice(1, 4, 7).fill(-6);
  const PixelLikelihood mixture(
      {.kind = LikelihoodKind::kLogisticMixture, .levels = 4, .channels = 3, .mixture = 1});
  CHECK(identical(mixture.sample(one, rng), wanted));
  CHECK(allclose(mixture.mean(one).value(), wanted));
}

TEST_CASE("Gaussian pixels are drawn with the mean that their own number says, and with the one deviation") {
  PixelLikelihood likelihood({.kind = LikelihoodKind::kGaussian, .levels = 0, .channels = 2});
  for (const double sigma : {0.01, 0.06}) {
    CAPTURE(sigma);
    set_deviation(likelihood, sigma);
    // Five deviations from 0 and 1, where draws are cut off.
    const Tensor numbers = Tensor::from({Real(0.3), Real(0.4), Real(0.6), Real(0.7)}, {1, 2, 1, 2});
    const Index n = 20'000;
    const double root = std::sqrt(static_cast<double>(n));
    Rng rng(4);
    const Tensor drawn = likelihood.sample(numbers.expand({n, 2, 1, 2}).contiguous(), rng).reshape({n, 4});
    for (Index pixel = 0; pixel < 4; ++pixel) {
      CAPTURE(pixel);
      const double expected = numbers.data()[pixel];
      const Tensor own = drawn.select(1, pixel).contiguous();
      CHECK(std::abs(mean(own).item() - expected) < 4 * sigma / root);
      CHECK(std::abs(deviation(own, expected) - sigma) < 4 * sigma / (std::numbers::sqrt2 * root));
      if (pixel == 0) continue;  // and each has noise of its own
      const Tensor other = drawn.select(1, pixel - 1).contiguous() - numbers.data()[pixel - 1];
      CHECK(std::abs(mean((own - numbers.data()[pixel]) * other).item()) < 4 * sigma * sigma / root);
    }
  }
}

TEST_CASE("a Gaussian that nobody trained deviates by 0.1") {
  Rng rng(5);
  PixelLikelihood likelihood({.kind = LikelihoodKind::kGaussian, .levels = 0});
  likelihood.reset_parameters(rng);
  const Tensor half = Tensor::full({1, 1, 1, 1}, Real(0.5));
  CHECK(std::abs(deviation(draws_of(likelihood, half, 20'000, rng), 0.5) - 0.1) < 0.003);
}

TEST_CASE("a Gaussian's draws of any grey end at 0 and 1, and where it has levels each takes what is nearest to it") {
  const double sigma = 0.25, middle = 0.4;
  const Index n = 20'000;
  const Tensor numbers = Tensor::full({1, 1, 1, 1}, static_cast<Real>(middle));
  const auto share = [&](double low, double high) {
    return normal_below((high - middle) / sigma) - normal_below((low - middle) / sigma);
  };
  Rng rng(6);
  PixelLikelihood grey({.kind = LikelihoodKind::kGaussian, .levels = 0});
  set_deviation(grey, sigma);
  const std::vector<Real> drawn = draws_of(grey, numbers, n, rng).to_vector();
  check_often(std::count(drawn.begin(), drawn.end(), Real(0)), n, normal_below(-middle / sigma));
  check_often(std::count(drawn.begin(), drawn.end(), Real(1)), n, 1 - normal_below((1 - middle) / sigma));
  const auto fifth = [](Real v) { return v > Real(0.2) && v < Real(0.4); };
  check_often(std::count_if(drawn.begin(), drawn.end(), fifth), n, share(0.2, 0.4));

  PixelLikelihood four({.kind = LikelihoodKind::kGaussian, .levels = 4});
  set_deviation(four, sigma);
  const Tensor levels = draws_of(four, numbers, n, rng);
  check_levels("drawn", levels.reshape({1, 1, 1, n}), 1, 4);
  for (Index level = 0; level < 4; ++level) {
    const double low = level == 0 ? -100 : (static_cast<double>(level) - 0.5) / 3;
    const double high = level == 3 ? 100 : (static_cast<double>(level) + 0.5) / 3;
    const Real value = level_value(level, 4);
    Index often = 0;
    for (const Real v : levels.to_vector()) often += std::abs(v - value) < Real(0.01);
    check_often(often, n, share(low, high));
  }
}

TEST_CASE("a Gaussian's picture is its mean, held within 0..1") {
  const PixelLikelihood likelihood({.kind = LikelihoodKind::kGaussian, .levels = 0});
  const Tensor numbers = Tensor::from({Real(-0.5), Real(0.3), Real(1.7)}, {1, 1, 1, 3});
  CHECK(identical(likelihood.mean(numbers).value(), Tensor::from({0, Real(0.3), 1}, {1, 1, 1, 3})));
}

TEST_CASE("draws of every kind: the same for the same seed, others for another, and others when drawn again") {
  using enum LikelihoodKind;
  for (const LikelihoodKind kind : {kBernoulli, kGaussian, kCategorical, kLogisticMixture}) {
    CAPTURE(static_cast<int>(kind));
    const PixelLikelihood likelihood({.kind = kind, .levels = 2, .mixture = 2});
    const Tensor numbers = Rng(7).normal({2, likelihood.numbers(), 4, 5}, Real(0.5));
    Rng rng(8), same(8), other(9);
    const Tensor first = likelihood.sample(numbers, rng);
    CHECK(identical(likelihood.sample(numbers, same), first));
    CHECK_FALSE(identical(likelihood.sample(numbers, other), first));
    CHECK_FALSE(identical(likelihood.sample(numbers, rng), first));
  }
}
