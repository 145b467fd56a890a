// The discretised mixture of logistics: its numbers, its sum, and what it does where a difference of two
// sigmoids fails.
#include <array>
#include <cmath>

#include "autograd/ops.h"
#include "nn/logistic_mixture.h"
#include "tensor/elementwise.h"
#include "tensor/random.h"
#include "tensor/reduce.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

namespace {

// -log p of each channel, [N, C], of pixels [N, C] with the numbers [N, P].
Tensor nll_of(const LogisticMixture& mixture, const Tensor& numbers, const Tensor& pixels) {
  const Index n = pixels.size(0);
  return mixture.nll(Var(numbers.reshape({n, -1, 1, 1})), pixels.reshape({n, -1, 1, 1}), Reduction::kNone)
      .value()
      .reshape(pixels.shape());
}

// The same numbers for each of `levels` pixels, whose channel c takes every level.
struct EveryLevel {
  Tensor numbers, pixels;
  EveryLevel(const LogisticMixture& mixture, const Tensor& one, const Tensor& before, Index c)
      : numbers(one.expand({mixture.levels, mixture.parameters()}).contiguous()),
        pixels(before.expand({mixture.levels, mixture.channels}).clone()) {
    for (Index v = 0; v < mixture.levels; ++v)
      pixels.set({v, c}, static_cast<Real>(v) / static_cast<Real>(mixture.levels - 1));
  }
};

// log P(level) of one logistic as the paper's code computes it: four cases, the last one for what the difference of
// two sigmoids would round away.
double log_p_by_cases(double x, double mean, double log_scale, int levels) {
  const auto softplus = [](double z) { return std::max(z, 0.) + std::log1p(std::exp(-std::abs(z))); };
  const auto sigmoid = [](double z) { return 1 / (1 + std::exp(-z)); };
  const double inverse = std::exp(-log_scale), half = 1. / (levels - 1);
  const double plus = inverse * (x + half - mean), minus = inverse * (x - half - mean), mid = inverse * (x - mean);
  if (x < -0.999) return plus - softplus(plus);
  if (x > 0.999) return -softplus(minus);
  const double difference = sigmoid(plus) - sigmoid(minus);
  if (difference > 1e-5) return std::log(std::max(difference, 1e-12));
  return mid - log_scale - 2 * softplus(mid) - std::log((levels - 1) / 2.);
}

}  // namespace

TEST_CASE("one logistic: the values worked out beforehand") {
  const LogisticMixture one{.components = 1};
  const Tensor numbers = Tensor::from({0, Real(0.1), -2}, {1, 3});
  const std::vector<std::pair<int, double>> expected = {
      {0, -8.09929}, {100, -5.36590}, {128, -4.35790}, {255, -6.62250}};
  for (const auto& [level, log_p] : expected) {
    const Tensor pixel = Tensor::full({1, 1}, static_cast<Real>(level) / 255);
    CHECK(-nll_of(one, numbers, pixel).item() == approx(log_p, 2e-6));
    CHECK(std::log(one.level_probabilities(numbers, pixel, 0)[static_cast<std::size_t>(level)]) ==
          approx(log_p, 2e-6));
  }
}

TEST_CASE("the paper's four cases give the same, and the last one, an approximation, nearly") {
  const LogisticMixture one{.components = 1};
  Index exact = 0, approximate = 0;
  for (const double log_scale : {-7., -5., -3., -2., -1., 0., 2., 5., 10.}) {
    for (const double mean : {-1.5, -0.9, -0.1, 0.3, 1., 3.}) {
      for (const int level : {0, 1, 50, 114, 128, 200, 254, 255}) {
        CAPTURE(log_scale);
        CAPTURE(mean);
        CAPTURE(level);
        const Real value = static_cast<Real>(level) / 255;
        const double expected = log_p_by_cases(2. * level / 255 - 1, mean, log_scale, 256);
        const Tensor numbers = Tensor::from({0, static_cast<Real>(mean), static_cast<Real>(log_scale)}, {1, 3});
        const double received = -nll_of(one, numbers, Tensor::full({1, 1}, value)).item();
        // A bin that is many scales wide is not at all flat: there the fourth case says too little by half the bin
        // and too much by the bin's logarithm.
        const bool fourth = expected < std::log(1e-5) && level > 0 && level < 255;
        const double width = 2. / 255 * std::exp(-log_scale), slack = fourth ? width / 2 + std::log1p(width) : 0;
        CHECK(std::abs(received - expected) <= slack + 1e-5 + 2e-6 * std::abs(expected));
        ++(fourth ? approximate : exact);
      }
    }
  }
  CHECK(exact > 100);
  CHECK(approximate > 100);
}

TEST_CASE("the probabilities of all levels add up to 1, a channel at a time, and are those of the likelihood") {
  Rng rng(1);
  const std::vector<LogisticMixture> mixtures = {
      {},
      {.components = 3, .levels = 2},
      {.components = 5, .levels = 7},
      {.components = 4, .channels = 3},
      {.components = 3, .levels = 4, .channels = 3}};
  for (const LogisticMixture& mixture : mixtures) {
    CAPTURE(mixture.levels);
    CAPTURE(mixture.channels);
    for (const Real spread : {Real(0.3), Real(1), Real(4)}) {  // with 4 many log scales are below -7
      const Tensor numbers = rng.normal({1, mixture.parameters()}) * spread;
      const Tensor before = Tensor::from({Real(1) / (mixture.levels - 1), 1, 0}, {1, 3});
      for (Index c = 0; c < mixture.channels; ++c) {
        const EveryLevel all(mixture, numbers, before.slice(1, 0, mixture.channels).contiguous(), c);
        const Tensor nll = nll_of(mixture, all.numbers, all.pixels);
        const std::vector<double> p = mixture.level_probabilities(all.numbers, all.pixels, c);
        double by_likelihood = 0, by_level = 0;
        for (Index v = 0; v < mixture.levels; ++v) {
          const double log_p = -nll.at({v, c}), listed = p[static_cast<std::size_t>(v * mixture.levels + v)];
          by_likelihood += std::exp(log_p);
          by_level += listed;
          CHECK(std::exp(log_p) == doctest::Approx(listed).epsilon(1e-4).scale(1e-9));
        }
        CHECK(by_likelihood == approx(1, 1e-5));
        CHECK(by_level == approx(1, 1e-12));
      }
    }
  }
}

TEST_CASE("a channel's means move with the channels before it, by the tanh of the coefficients") {
  const LogisticMixture rgb{.components = 1, .channels = 3}, grey{.components = 1};
  const Real red = Real(40) / 255, green = Real(200) / 255, blue = Real(90) / 255;
  const Tensor pixel = Tensor::from({red, green, blue}, {1, 3});
  const Tensor numbers = Tensor::from(
      {5, Real(0.1), Real(-0.2), Real(0.3), -2, -1, Real(-1.5), Real(0.4), Real(-0.6), Real(0.8)}, {1, 10});
  const auto shift = [](double coefficient, double level) { return std::tanh(coefficient) * (2 * level - 1); };
  const std::vector<std::array<double, 3>> alone = {
      {red, 0.1, -2},
      {green, -0.2 + shift(0.4, red), -1},
      {blue, 0.3 + shift(-0.6, red) + shift(0.8, green), -1.5}};
  const Tensor nll = nll_of(rgb, numbers, pixel);
  for (Index c = 0; c < 3; ++c) {
    const auto& [level, mean, log_scale] = alone[static_cast<std::size_t>(c)];
    const Tensor one = Tensor::from({0, static_cast<Real>(mean), static_cast<Real>(log_scale)}, {1, 3});
    CHECK(nll.at({0, c}) ==
          approx(nll_of(grey, one, Tensor::full({1, 1}, static_cast<Real>(level))).item(), 1e-5));
  }
}

TEST_CASE("channels before tell which component it is") {
  // Two components, dark and light in all channels. Without R, G may be either; a light R leaves the light one.
  const LogisticMixture rgb{.components = 2, .channels = 3};
  Tensor numbers = Tensor::zeros({1, 20});
  for (Index c = 0; c < 3; ++c) {
    numbers.set({0, 2 + 2 * c}, -1);
    numbers.set({0, 3 + 2 * c}, 1);
    for (Index k = 0; k < 2; ++k) numbers.set({0, 8 + 2 * c + k}, -4);
  }
  const auto light = [&](const Tensor& pixel, Index c) {
    const std::vector<double> p = rgb.level_probabilities(numbers, pixel, c);
    double total = 0;
    for (std::size_t v = 128; v < 256; ++v) total += p[v];
    return total;
  };
  const Tensor pixel = Tensor::from({Real(250) / 255, 0, 0}, {1, 3});
  CHECK(light(pixel, 0) == doctest::Approx(0.5));
  CHECK(light(pixel, 1) > 0.999);
}

TEST_CASE("extreme numbers stay finite, likelihood and gradient") {
  const LogisticMixture rgb{.components = 2, .channels = 3};
  const std::vector<Real> extremes = {-10000, -50, 0, 50, 10000};
  for (const Real logit : extremes) {
    for (const Real mean : extremes) {
      for (const Real log_scale : extremes) {
        Tensor numbers = Tensor::full({3, 20, 1, 1}, 30);  // the coefficients
        numbers.slice(1, 0, 1).fill(logit);
        numbers.slice(1, 1, 2).fill(-logit);
        numbers.slice(1, 2, 8).fill(mean);
        numbers.slice(1, 8, 14).fill(log_scale);
        const Var leaf(numbers, true);
        Tensor x = Tensor::full({3, 3, 1, 1}, Real(0.6));
        x.slice(0, 0, 1).fill(0);
        x.slice(0, 1, 2).fill(1);
        const Var nll = rgb.nll(leaf, x, Reduction::kSum);
        nll.backward();
        CAPTURE(logit);
        CAPTURE(mean);
        CAPTURE(log_scale);
        CHECK(std::isfinite(nll.item()));
        CHECK(first_non_finite(leaf.grad()) < 0);
      }
    }
  }
}

TEST_CASE("a scale is e^-7 at least, and a log scale below gets no gradient") {
  const LogisticMixture one{.components = 1};
  const Tensor x = Tensor::full({1, 1, 1, 1}, Real(128) / 255);
  const Var least(Tensor::from({0, 0, -7}, {1, 3, 1, 1}), true), less(Tensor::from({0, 0, -9}, {1, 3, 1, 1}), true);
  const Var a = one.nll(least, x, Reduction::kSum), b = one.nll(less, x, Reduction::kSum);
  CHECK(a.item() == b.item());
  b.backward();
  CHECK(less.grad().at({0, 2, 0, 0}) == 0);
  CHECK(less.grad().at({0, 1, 0, 0}) != 0);
}

TEST_CASE("wrong shapes are named") {
  const LogisticMixture rgb{.components = 2, .channels = 3};
  CHECK(message_of([&] { rgb.nll(Tensor::zeros({1, 6, 2, 2}), Tensor::zeros({1, 3, 2, 2}), Reduction::kSum); }) ==
        "LogisticMixture: parameters is [1, 6, 2, 2] but must be [N, 20, H, W]");
  CHECK(message_of([&] { rgb.nll(Tensor::zeros({1, 20, 2, 2}), Tensor::zeros({1, 1, 2, 2}), Reduction::kSum); }) ==
        "LogisticMixture: x is [1, 1, 2, 2] but must be [1, 3, 2, 2]");
  CHECK(message_of([&] { rgb.level_probabilities(Tensor::zeros({1, 20}), Tensor::zeros({1, 3}), 3); }) ==
        "LogisticMixture: channel 3 must be one of 0..2");
}
