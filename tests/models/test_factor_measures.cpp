// Scores of codes against known factors: on codes that are the factors, on codes that mix them, on noise.
#include "models/factor_measures.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "models/hungarian.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

namespace {

Tensor columns(std::vector<Tensor> parts) {
  for (Tensor& part : parts) part = part.unsqueeze(1);
  return concatenate(parts, 1);
}

Tensor factor(const Tensor& all, Index k) { return all.select(1, k).contiguous(); }

}  // namespace

TEST_CASE("correlation: by hand, and within groups") {
  const Tensor a = Tensor::from({1, 2, 3, 4}), b = Tensor::from({2, 4, 6, 9});
  CHECK(correlation(a, a) == doctest::Approx(1));
  CHECK(correlation(a, -a) == doctest::Approx(-1));
  CHECK(correlation(a, b) == doctest::Approx(11.5 / std::sqrt(5 * 26.75)));
  CHECK(correlation(a, Tensor::full({4}, 7)) == 0);
  // Falls in each group, rises over all: Simpson's paradox.
  const Tensor x = Tensor::from({0, 1, 10, 11}), y = Tensor::from({1, 0, 11, 10});
  CHECK(correlation(x, y) > 0.9);
  CHECK(correlation_within(x, y, {0, 0, 1, 1}, 2) == doctest::Approx(-1));
  CHECK(message_of([&] { correlation_within(x, y, {0, 0, 1, 2}, 2); }) ==
        "correlation: group 2 of sample 3 must be one of 0..1");
}

TEST_CASE("information gap: 1 for codes that are the factors, 0 for pairs that say the same, little for mixtures") {
  Rng rng(1);
  const Tensor f = rng.uniform({20000, 2});
  const Tensor a = factor(f, 0), b = factor(f, 1), noise = rng.uniform({20000});
  CHECK(information_gap(columns({a, b, noise}), f).gap > 0.98);
  // Which code, its sign and its scale do not matter.
  CHECK(information_gap(columns({noise, b * Real(-3), a * Real(100)}), f).gap > 0.98);
  CHECK(information_gap(columns({a, b, a, b}), f).gap == doctest::Approx(0));
  // Turned by 45 degrees each code says equally much of both.
  CHECK(information_gap(columns({a + b, a - b}), f).gap < 0.03);
  CHECK(information_gap(columns({noise}), f).gap < 0.03);
}

TEST_CASE("information gap: of codes that are bins, to the digit") {
  // Code 0 is factor 0 (ln 4 nats), code 1 is its upper half (ln 2 nats): the gap is half the entropy.
  const Tensor f = Tensor::from({0, 1, 2, 3, 0, 1, 2, 3}, {8, 1});
  const Tensor half = Tensor::from({0, 0, 1, 1, 0, 0, 1, 1});
  const InformationGap gap = information_gap(columns({f.select(1, 0), half}), f, 4, 4);
  CHECK(gap.entropy.at({0}) == doctest::Approx(std::log(4)));
  CHECK(gap.information.at({0, 0}) == doctest::Approx(std::log(4)));
  CHECK(gap.information.at({1, 0}) == doctest::Approx(std::log(2)));
  CHECK(gap.gap == doctest::Approx(0.5));
}

TEST_CASE("factor vote: all votes right for codes that are the factors, a guess for noise") {
  Rng rng(2);
  const Tensor f = rng.uniform({5000, 3});
  const Tensor a = factor(f, 0), b = factor(f, 1), c = factor(f, 2), constant = Tensor::full({5000}, Real(0.5));
  const FactorVote perfect = factor_vote(columns({c * Real(10), constant, a, b}), f, Rng(3));
  CHECK(perfect.score > 0.99);
  CHECK(perfect.votes.at({0, 2}) > 0.2);
  CHECK(perfect.votes.at({1, 0}) == 0);  // a code that has collapsed takes no part, however little it varies
  // One that hardly varies, and less where one factor is fixed, would have that factor's vote.
  const Tensor hardly = b * Real(0.01);
  const FactorVote without = factor_vote(columns({c * Real(10), hardly, a, b}), f, Rng(3));
  CHECK(without.votes.at({1, 0}) + without.votes.at({1, 1}) + without.votes.at({1, 2}) == 0);
  const double guess = factor_vote(rng.uniform({5000, 3}), f, Rng(3)).score;
  CHECK(guess > 0.2);
  CHECK(guess < 0.45);
  // One code for all three factors cannot tell them apart.
  CHECK(factor_vote(columns({a + b + c}), f, Rng(3)).score < 0.45);
}

TEST_CASE("cheapest assignment: by hand, and against all permutations") {
  CHECK(cheapest_assignment(Tensor::from({4, 1, 3, /**/ 2, 0, 5, /**/ 3, 2, 2}, {3, 3})) ==
        std::vector<Index>{1, 0, 2});
  CHECK(cheapest_assignment(Tensor::from({5, 9, 1, 7, /**/ 6, 2, 1, 8}, {2, 4})) == std::vector<Index>{2, 1});
  Rng rng(4);
  for (int trial = 0; trial < 50; ++trial) {
    const Tensor cost = rng.uniform({6, 6}, -1, 1);
    std::vector<Index> order(6);
    std::iota(order.begin(), order.end(), 0);
    const auto total = [&](const std::vector<Index>& columns_of) {
      double sum = 0;
      for (Index i = 0; i < 6; ++i) sum += cost.at({i, columns_of[static_cast<std::size_t>(i)]});
      return sum;
    };
    double least = 1e9;
    do least = std::min(least, total(order));
    while (std::next_permutation(order.begin(), order.end()));
    CHECK(total(cheapest_assignment(cost)) == doctest::Approx(least));
  }
  CHECK(message_of([] { cheapest_assignment(Tensor::zeros({3, 2})); }) ==
        "cheapest_assignment: cost is [3, 2] but must be [N, M] with N <= M\n  hint: transpose it");
}

TEST_CASE("code purity: a known matching with known mistakes") {
  // Code k stands for label 2 - k; two of ten samples are elsewhere.
  const Indices code = {0, 0, 0, 0, 1, 1, 1, 2, 2, 2}, label = {2, 2, 2, 2, 1, 1, 0, 0, 0, 1};
  const CodePurity found = code_purity(code, label, 3, 3);
  CHECK(found.label_of == std::vector<Index>{2, 1, 0});
  CHECK(found.error == doctest::Approx(0.2));
  // Two codes for one label: one of them is left with a label that it seldom has.
  const CodePurity twice = code_purity({0, 0, 0, 1, 1, 2}, {0, 0, 0, 0, 0, 1}, 3, 2);
  CHECK(twice.label_of == std::vector<Index>{0, -1, 1});
  CHECK(twice.error == doctest::Approx(2.0 / 6));
  CHECK(twice.majority_error == doctest::Approx(0));
  CHECK(message_of([] { code_purity({0, 3}, {0, 0}, 3, 2); }) ==
        "code_purity: sample 1 has code 3 and label 0, which must be below 3 and 2");
}
