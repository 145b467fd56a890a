// Classifiers against numbers worked out by hand, against closed forms, and against the curves of Ng & Jordan.
#include <cmath>

#include "data/correlated_pairs.h"
#include "models/gaussian_discriminant.h"
#include "models/naive_bayes.h"
#include "models/net_classifier.h"
#include "tensor/cholesky.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tensor/matmul.h"
#include "tensor/reduce.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

namespace {

// Mean test error over `runs` training sets of m samples.
template <class Make>
double mean_error(Index m, Index d, int runs, Make make) {
  Rng rng(20);
  const LabelledRows test = correlated_pairs(4000, d, rng);
  double total = 0;
  for (int run = 0; run < runs; ++run) {
    const LabelledRows train = correlated_pairs(m, d, rng);
    auto model = make();
    model.fit(train.x, train.y, 2);
    total += 1 - model.accuracy(test.x, test.y);
  }
  return total / runs;
}

Tensor rows_of_class(const LabelledRows& data, std::int32_t label) {
  Indices rows;
  for (Index i = 0; i < data.y.numel(); ++i) {
    if (data.y[i] == label) rows.values.push_back(static_cast<std::int32_t>(i));
  }
  rows.shape = {rows.numel()};
  return index_select(data.x, 0, rows);
}

// Four samples of three binary features in two classes.
const Tensor kBits = Tensor::from({1, 0, 1, /**/ 1, 1, 0, /**/ 0, 0, 1, /**/ 0, 1, 1}, {4, 3});
const Indices kBitLabels = {0, 0, 1, 1};

}  // namespace

TEST_CASE("Bernoulli naive Bayes: counts with Laplace's one more, by hand") {
  BernoulliNaiveBayes model;
  model.fit(kBits, kBitLabels, 2);
  // class 0: features on in 2, 1, 1 of 2 samples -> (2+1)/(2+2), (1+1)/4, (1+1)/4; class 1: 0, 1, 2 of 2.
  CHECK(allclose(model.probability, Tensor::from({0.75, 0.5, 0.5, 0.25, 0.5, 0.75}, {2, 3})));
  const Tensor x = Tensor::from({1, 0, 0}, {1, 3});
  const double p0 = 0.5 * 0.75 * 0.5 * 0.5, p1 = 0.5 * 0.25 * 0.5 * 0.25;
  CHECK(std::exp(model.log_prob(x).item()) == doctest::Approx(p0 + p1));
  CHECK(model.predict_proba(x).at({0, 0}) == doctest::Approx(p0 / (p0 + p1)));
  CHECK(model.predict(x)[0] == 0);
}

TEST_CASE("Bernoulli naive Bayes is a distribution: all 8 images sum to 1, hidden pixels are summed out") {
  BernoulliNaiveBayes model;
  model.fit(kBits, kBitLabels, 2);
  Tensor all({8, 3});
  for (Index i = 0; i < 24; ++i) all.data()[i] = static_cast<Real>(i / 3 >> i % 3 & 1);
  CHECK(sum(exp(model.log_prob(all))).item() == doctest::Approx(1));
  // p(x_0, x_2) is p(x_0, 0, x_2) + p(x_0, 1, x_2), and does not look at the hidden value.
  const Tensor seen = Tensor::from({1, 0, 1});
  const Tensor off = Tensor::from({1, 0, 1}, {1, 3}), on = Tensor::from({1, 1, 1}, {1, 3});
  const double both = std::exp(model.log_prob(off).item()) + std::exp(model.log_prob(on).item());
  CHECK(std::exp(model.log_prob(off, seen).item()) == doctest::Approx(both));
  CHECK(model.log_prob(off, seen).item() == model.log_prob(on, seen).item());
}

TEST_CASE("Gaussian naive Bayes: means of the classes, one variance, by hand") {
  GaussianNaiveBayes model(0);
  model.fit(Tensor::from({1, 10, /**/ 3, 14, /**/ 6, 20, /**/ 8, 20}, {4, 2}), {0, 0, 1, 1}, 2);
  CHECK(allclose(model.mean, Tensor::from({2, 12, 7, 20}, {2, 2})));
  CHECK(allclose(model.variance, Tensor::from({1, 2})));  // ((1+1+1+1)/4, (4+4+0+0)/4)
  const Tensor x = Tensor::from({3, 14}, {1, 2});
  const double pi = 3.14159265358979;
  const double log_p0 =
      std::log(0.5) - 0.5 * (1 + 4 / 2.0) - 0.5 * std::log(2 * pi) - 0.5 * std::log(2 * pi * 2);
  CHECK(model.log_joint(x).at({0, 0}) == doctest::Approx(log_p0));
  const double log_seen = std::log(0.5) - 0.5 * 1 - 0.5 * std::log(2 * pi);
  CHECK(model.log_joint(x, Tensor::from({1, 0})).at({0, 0}) == doctest::Approx(log_seen));
}

TEST_CASE("Gaussian discriminant: density, marginal and boundary in closed form") {
  Rng rng(21);
  const LabelledRows data = correlated_pairs(4000, 4, rng);
  for (const bool shared : {true, false}) {
    CAPTURE(shared);
    GaussianDiscriminant model({.shared_covariance = shared, .shrinkage = 0});
    model.fit(data.x, data.y, 2);
    CHECK(model.covariance.size() == (shared ? 1 : 2));
    CHECK(model.covariance[0].at({0, 1}) == approx(0.6, 0.1));
    // A single seen feature has the density of N(mean, covariance[0][0]).
    const Tensor x = Tensor::from({0.3, 9, 9, 9}, {1, 4});
    const double m = model.mean.at({1, 0}), v = model.covariance.back().at({0, 0});
    const double expected =
        std::log(0.5) - 0.5 * std::log(2 * 3.14159265358979 * v) - 0.5 * (0.3 - m) * (0.3 - m) / v;
    CHECK(model.log_joint(x, Tensor::from({1, 0, 0, 0})).at({0, 1}) == approx(expected, 1e-4));
    // Its own samples are as likely as the data, on average.
    const Tensor drawn = model.sample(4000, 1, rng);
    const auto log_likelihood = [&](const Tensor& rows) { return mean(model.log_joint(rows).select(1, 1)).item(); };
    CHECK(log_likelihood(drawn) == approx(log_likelihood(rows_of_class(data, 1)), 0.02));
    CHECK(mean(drawn.select(1, 0)).item() == approx(m, 0.1));
  }
}

TEST_CASE("cholesky: L L^T is the matrix, the inverse undoes it, and a matrix that is none is refused") {
  Rng rng(22);
  const Tensor b = rng.normal({12, 12});
  Tensor a = matmul(b, b, {.transpose_b = true});
  for (Index i = 0; i < 12; ++i) a.set({i, i}, a.at({i, i}) + 1);
  const Tensor l = cholesky(a);
  CHECK(allclose(matmul(l, l, {.transpose_b = true}), a, 1e-4, 1e-4));
  CHECK(l.at({0, 11}) == 0);
  const Tensor one = matmul(l, lower_inverse(l));
  for (Index i = 0; i < 12; ++i) CHECK(one.at({i, i}) == doctest::Approx(1));
  CHECK(message_of([] {
          cholesky(Tensor::from({1, 2, 2, 1}, {2, 2}));
        }).starts_with("cholesky: pivot 1 of 2 is -3 but must be positive"));
}

// Expected: what other implementations get in this setting, from m = 50 and 800 samples of d = 20 features.
TEST_CASE("Ng & Jordan's two regimes: naive Bayes first, logistic regression in the end") {
  const auto bayes = [] { return GaussianNaiveBayes(); };
  const auto logistic = [](Index m) {
    return [m] {
      return LogisticRegression({.steps = 200, .lr = 0.1, .penalty = Real(0.01) / static_cast<Real>(m)});
    };
  };
  CHECK(mean_error(50, 20, 20, bayes) == approx(0.161, 0.06));
  CHECK(mean_error(800, 20, 5, bayes) == approx(0.129, 0.06));
  CHECK(mean_error(50, 20, 20, logistic(50)) == approx(0.180, 0.08));
  CHECK(mean_error(800, 20, 5, logistic(800)) == approx(0.096, 0.08));
}

TEST_CASE("a hidden layer fits what no line can: exclusive or") {
  Rng rng(23);
  const Tensor x = rng.normal({400, 2});
  Indices y(Shape{400});
  for (Index i = 0; i < 400; ++i) y[i] = x.at({i, 0}) * x.at({i, 1}) > 0;
  MlpClassifier mlp(16, {.steps = 400, .batch = 100, .lr = 1e-2});
  LogisticRegression line;
  mlp.fit(x, y, 2);
  line.fit(x, y, 2);
  CHECK(mlp.accuracy(x, y) > 0.95);
  CHECK(line.accuracy(x, y) < 0.7);
}

TEST_CASE("what a student may get wrong is answered in one sentence") {
  BernoulliNaiveBayes model;
  CHECK(message_of([&] { model.log_joint(kBits); }).starts_with("BernoulliNaiveBayes: it was not fitted"));
  CHECK(message_of([&] {
          model.fit(Tensor::zeros({2, 1, 4, 4}), {0, 1}, 2);
        }).find("hint: flatten images first, x.flatten(1)") != std::string::npos);
  CHECK(message_of([&] {
          model.fit(kBits, {0, 1}, 2);
        }).starts_with("BernoulliNaiveBayes: x holds 4 samples but there are 2 labels"));
  CHECK(message_of([&] {
          model.fit(kBits, {0, 1, 2, 3}, 3);
        }).starts_with("BernoulliNaiveBayes: label 3 is 3 but must be in 0 .. 2"));
  GaussianDiscriminant gaussian;
  Rng rng(29);
  CHECK(message_of([&] { gaussian.sample(1, 0, rng); }).starts_with("GaussianDiscriminant: it was not fitted"));
  gaussian.fit(rng.normal({8, 2}), {0, 1, 0, 1, 0, 1, 0, 1}, 2);
  for (const std::int32_t y : {-1, 2})
    CHECK(message_of([&] { gaussian.sample(1, y, rng); }).find("but it knows 0..1") != std::string::npos);
}
