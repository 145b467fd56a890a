// Orthonormal columns, also of columns that are nearly or wholly dependent, and whatever the number of threads.
#include "manifold/column_block.h"

#include <cmath>
#include <limits>

#include "tensor/matmul.h"
#include "tensor/parallel.h"
#include "tensor/random.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

namespace {

ColumnBlock normal_block(Index n, Index k, Rng& rng) {
  ColumnBlock x(n, k);
  const Tensor drawn = rng.normal({n, k});
  std::copy(drawn.data(), drawn.data() + n * k, x.value.begin());
  return x;
}

// The largest difference between x^T x and 1.
double off_orthonormal(const ColumnBlock& x) {
  const std::vector<double> g = inner_products(x, x);
  double worst = 0;
  for (Index i = 0; i < x.columns; ++i)
    for (Index j = 0; j < x.columns; ++j) worst = std::max(worst, std::abs(g[i * x.columns + j] - (i == j)));
  return worst;
}

}  // namespace

TEST_CASE("columns become orthonormal, the first keeps its direction, the span stays") {
  Rng rng(2);
  const ColumnBlock x = normal_block(5000, 7, rng);
  ColumnBlock q = x;
  orthonormalize(q);
  CHECK(off_orthonormal(q) < 1e-12);
  const double scale = x.row(0)[0] / q.row(0)[0];
  CHECK(scale > 0);
  for (Index i = 0; i < x.rows; i += 100) CHECK(q.row(i)[0] * scale == approx(x.row(i)[0], 1e-10));
  // What q spans of x is all of x: x = q (q^T x).
  const std::vector<double> within = inner_products(q, x);
  for (Index i = 0; i < x.rows; i += 100) {
    for (Index c = 0; c < 7; ++c) {
      double again = 0;
      for (Index k = 0; k < 7; ++k) again += q.row(i)[k] * within[k * 7 + c];
      CHECK(again == approx(x.row(i)[c], 1e-9));
    }
  }
}

TEST_CASE("columns that depend on each other, nearly or wholly, or that are 0 end orthonormal too") {
  Rng rng(3);
  for (const double apart : {1e-3, 1e-5, 1e-7, 0.0}) {
    CAPTURE(apart);
    ColumnBlock x = normal_block(300, 6, rng);
    for (Index i = 0; i < x.rows; ++i) {
      x.row(i)[3] = x.row(i)[0] - 2 * x.row(i)[1] + apart * x.row(i)[3];
      x.row(i)[5] = 0;
    }
    orthonormalize(x);
    CHECK(off_orthonormal(x) < 1e-12);
  }
  ColumnBlock zeros(6, 6);
  orthonormalize(zeros);
  CHECK(off_orthonormal(zeros) < 1e-12);
}

TEST_CASE("combining columns by an orthogonal matrix, and back") {
  Rng rng(4);
  const ColumnBlock x = normal_block(100, 2, rng);
  ColumnBlock turned = x;
  combine(turned, {0.6, 0.8, -0.8, 0.6});
  CHECK(turned.row(7)[0] == doctest::Approx(0.6 * x.row(7)[0] + 0.8 * x.row(7)[1]));
  CHECK(turned.row(7)[1] == doctest::Approx(-0.8 * x.row(7)[0] + 0.6 * x.row(7)[1]));
  combine(turned, {0.6, -0.8, 0.8, 0.6});
  for (Index i = 0; i < 100; ++i) CHECK(turned.row(i)[1] == doctest::Approx(x.row(i)[1]));
}

TEST_CASE("orthonormal columns have the same bits with any number of threads") {
  Rng rng(5);
  const ColumnBlock x = normal_block(20000, 8, rng);
  const int before = num_threads();
  std::vector<double> first;
  for (const int threads : {1, 2, 3}) {
    set_num_threads(threads);
    ColumnBlock q = x;
    orthonormalize(q);
    if (first.empty()) first = q.value;
    CHECK(q.value == first);
  }
  set_num_threads(before);
}

TEST_CASE("what has no orthonormal columns is told") {
  Rng rng(6);
  CHECK(contains(message_of([&] { orthonormal_columns(rng.normal({3, 7})); }), "at least as many rows"));
  ColumnBlock x = normal_block(20, 3, rng);
  x.row(4)[1] = std::numeric_limits<double>::quiet_NaN();
  CHECK(contains(message_of([&] { orthonormalize(x); }), "not finite"));
}

TEST_CASE("an orthonormal basis of a tensor's columns") {
  Rng rng(2);
  const Tensor q = orthonormal_columns(rng.normal({50, 7}));
  Tensor unit = Tensor::zeros({7, 7});
  for (Index i = 0; i < 7; ++i) unit.set({i, i}, 1);
  CHECK(allclose(matmul(q, q, {.transpose_a = true}), unit, 0, 1e-5));
}
