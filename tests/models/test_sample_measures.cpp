// Measures of samples: do they find a difference that is there, and none where there is none?
#include "models/sample_measures.h"

#include <cmath>

#include "models/net_classifier.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tensor/reduce.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

TEST_CASE("pair distances, by hand") {
  const Tensor x = Tensor::from({0, 0, /**/ 3, 4}, {2, 2}), y = Tensor::from({0, 0, /**/ 3, 0, /**/ 0, 4}, {3, 2});
  const Tensor d = pair_distances(x, y);
  CHECK(allclose(d, Tensor::from({0, 3, 4, /**/ 5, 4, 3}, {2, 3})));
  CHECK(allclose(pair_distances(x + 4096, y + 4096), d));  // wherever the points lie
}

TEST_CASE("discrepancy: of four points, to the digit") {
  const Tensor x = Tensor::from({0, 1}, {2, 1}), y = Tensor::from({3, 4}, {2, 1});
  const Discrepancy found = discrepancy(x, y, Rng(1));  // distances 1, 1, 2, 3, 3, 4; the upper middle one
  CHECK(found.width == doctest::Approx(3));
  const auto k = [](double d) { return std::exp(-d * d / 18); };
  CHECK(found.squared == approx(k(1) + k(1) - 0.5 * (k(3) + k(4) + k(2) + k(3)), 1e-4));
}

TEST_CASE("discrepancy: none between two draws of one distribution, much where mean or spread differ") {
  Rng rng(2);
  const Tensor a = rng.normal({150, 5}), b = rng.normal({200, 5});
  CHECK(discrepancy(a, b, Rng(3)).p_value > 0.05);
  CHECK(std::abs(discrepancy(a, b, Rng(3)).squared) < 0.01);
  CHECK(discrepancy(a, b + Real(0.7), Rng(3)).p_value == doctest::Approx(1.0 / 201));  // no division gives as much
  CHECK(discrepancy(a, b * Real(2), Rng(3)).p_value < 0.01);  // the means are equal: only the kernel sees it
  // The p-value of two equal distributions is uniform: about one in ten is below 0.1.
  int low = 0;
  for (int trial = 0; trial < 60; ++trial) {
    const Tensor one = rng.normal({30, 2}), other = rng.normal({30, 2});
    low += discrepancy(one, other, Rng(5).fork(static_cast<std::uint64_t>(trial)), 60).p_value <= 0.1;
  }
  CHECK(low <= 14);
  CHECK(message_of([&] { discrepancy(a.slice(0, 0, 1), b, Rng(1)); }) ==
        "discrepancy: x has 1 rows and y 200; both need two or more");
}

TEST_CASE("what a classifier says of samples: sure and varied, sure of one class, not sure at all") {
  const Real never = -40, half = static_cast<Real>(-std::log(2));
  const ClassVerdict varied = class_verdict(Tensor::from({0, never, /**/ never, 0}, {2, 2}));
  CHECK(varied.doubt == doctest::Approx(0));
  CHECK(varied.variety == doctest::Approx(std::log(2)));
  CHECK(varied.confident == 1);
  CHECK(class_verdict(Tensor::from({0, never, /**/ 0, never}, {2, 2})).information() == doctest::Approx(0));
  const ClassVerdict unsure = class_verdict(Tensor::full({3, 2}, half));
  CHECK(unsure.doubt == doctest::Approx(std::log(2)));
  CHECK(unsure.information() == doctest::Approx(0));
  CHECK(unsure.confident == 0);
  const auto log = [](double p) { return static_cast<Real>(std::log(p)); };
  CHECK(class_verdict(Tensor::from({log(0.95), log(0.05), /**/ log(0.15), log(0.85)}, {2, 2})).confident == 0.5);
}

TEST_CASE("a convolutional classifier learns what a few images of two kinds have that the other has not") {
  Rng rng(4);
  const auto with_a_dash = [&](Index n, bool upright) {
    Tensor x = rng.bernoulli(Tensor::full({n, 1, 8, 8}, Real(0.1)));
    for (Index i = 0; i < n; ++i) {
      const Index row = rng.below(5), column = rng.below(5);
      Tensor image = x.select(0, i).select(0, 0);
      for (Index k = 0; k < 4; ++k) image.set({upright ? row + k : row, upright ? column : column + k}, 1);
    }
    return x;
  };
  const auto mixed = [&](Index n) { return concatenate({with_a_dash(n, false), with_a_dash(n, true)}, 0).flatten(1); };
  const auto labels = [](Index n) {
    Indices y(Shape{2 * n});
    for (Index i = n; i < 2 * n; ++i) y[i] = 1;
    return y;
  };
  ConvClassifier net({.channels = 1, .height = 8, .width = 8}, {.steps = 150, .batch = 64, .lr = 3e-3, .seed = 1});
  net.fit(mixed(200), labels(200), 2);
  CHECK(net.accuracy(mixed(100), labels(100)) > 0.9);
}
