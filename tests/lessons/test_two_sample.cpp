// The tools that lessons judge samples with: do they find what is there, and nothing where nothing is?
#include <cmath>

#include "lessons/learning_curves.h"
#include "lessons/two_sample.h"
#include "tensor/elementwise.h"
#include "tests/doctest.h"

using namespace gradfold;

TEST_CASE("nearest: the right row at the right distance, by hand") {
  const Tensor reference = Tensor::from({0, 0, /**/ 3, 4, /**/ 10, 0}, {3, 2});
  const Nearest n = nearest(Tensor::from({0, 1, /**/ 3, 5, /**/ 9, 0}, {3, 2}), reference);
  CHECK(n.row.values == std::vector<std::int32_t>{0, 1, 2});
  for (const double d : n.distance) CHECK(d == doctest::Approx(1));
}

TEST_CASE("judge: cannot tell two draws of one distribution, can tell two distributions") {
  Rng rng(1);
  const Tensor ink = Tensor::full({90, 1, 8, 8}, Real(0.3));
  const Tensor a = rng.bernoulli(ink), b = rng.bernoulli(ink);
  Tensor c = rng.bernoulli(Tensor::full({90, 1, 8, 8}, Real(0.3)));
  c.slice(2, 0, 2).fill(1);
  const Verdict same = judge(a, b, 1), different = judge(a, c, 1);
  CHECK(same.accuracy < 0.65);
  CHECK(same.p_value > 0.001);
  CHECK(different.accuracy > 0.95);
  CHECK(different.p_value < 1e-6);
}

TEST_CASE("misplaced: by hand, in groups of 1, 2 and 4 outcomes by their probability") {
  const std::vector<double> p = {0.05, 0.4, 0.1, 0.2, 0.1, 0.1, 0.05};
  CHECK(likeliest_first(p) == std::vector<std::size_t>{1, 3, 2, 4, 5, 0, 6});
  CHECK(misplaced(p, p) == 0);
  CHECK(misplaced(p, {0.05, 0.4, 0.2, 0.1, 0.1, 0.05, 0.1}) == doctest::Approx(0));  // in the same groups
  CHECK(misplaced(p, {0.05, 0.3, 0.1, 0.2, 0.1, 0.2, 0.05}) == doctest::Approx(0.1));
  CHECK(misplaced({1, 0}, {0, 1}) == doctest::Approx(1));
  CHECK(misplaced({0.5, 0.5, 0}, {0.5, 0.5, 0}) == 0);
}

TEST_CASE("misplaced: what is drawn from p is where p says, but for chance; from another distribution it is not") {
  Rng rng(3);
  std::vector<double> p(200), drawn(200);
  for (std::size_t i = 0; i < 200; ++i) p[i] = static_cast<double>(i + 1) / 20100;
  constexpr int kTimes = 20000;
  for (int k = 0; k < kTimes; ++k) {  // the larger of two throws: p rises along a line
    drawn[static_cast<std::size_t>(std::floor(200 * std::sqrt(rng.uniform())))] += 1.0 / kTimes;
  }
  CHECK(misplaced(p, drawn) < 0.02);
  CHECK(misplaced(std::vector<double>(200, 1.0 / 200), drawn) > 0.1);
}

TEST_CASE("spread and median") {
  const Spread s = spread({1, 2, 6});
  CHECK(s.mean == doctest::Approx(3));
  CHECK(s.low == 1);
  CHECK(s.high == 6);
  CHECK(s.deviation == doctest::Approx(std::sqrt(7)));
  CHECK(spread({4}).deviation == 0);
  CHECK(median({5, 1, 3}) == 3);
}

TEST_CASE("learning curves: the crossing is the last one, on a log scale") {
  LearningCurves c{{10, 100, 1000}, {{0.3}, {0.2}, {0.2}}, {{0.4}, {0.3}, {0.1}}};
  CHECK(c.crossing() == doctest::Approx(std::sqrt(100.0 * 1000.0)));
  c.second_errors = {{0.1}, {0.1}, {0.1}};
  CHECK(c.crossing() == 0);
  c.second_errors = {{0.1}, {0.1}, {0.9}};
  CHECK(std::isinf(c.crossing()));
}

TEST_CASE("a quantile is the value that so many are below") {
  CHECK(quantile({5, 1, 4, 2, 3}, 0) == 1);
  CHECK(quantile({5, 1, 4, 2, 3}, 0.5) == 3);
  CHECK(quantile({5, 1, 4, 2, 3}, 0.99) == 4);
  CHECK(quantile({5, 1, 4, 2, 3}, 1) == 5);
  CHECK_THROWS_WITH(quantile({1}, 2), doctest::Contains("share is 2 but must be 0 to 1"));
  CHECK_THROWS_WITH(quantile({}, 0.5), doctest::Contains("there are no values"));
}
