// Eigenpairs of matrices whose eigenvalues are known.
#include "manifold/eigenpairs.h"

#include <cmath>
#include <limits>
#include <utility>

#include "manifold/column_block.h"
#include "tensor/matmul.h"
#include "tensor/random.h"
#include "tests/files.h"
#include "tests/manifold/spectral_fixture.h"

using namespace gradfold;

namespace {

// Q diag(values) Q^T for a random rotation Q.
std::vector<double> with_eigenvalues(const std::vector<double>& values) {
  const Index n = static_cast<Index>(values.size());
  Rng rng(1);
  const Tensor q = orthonormal_columns(rng.normal({n, n}));
  std::vector<double> a(n * n, 0.0);
  for (Index k = 0; k < n; ++k)
    for (Index i = 0; i < n; ++i)
      for (Index j = 0; j < n; ++j)
        a[i * n + j] += values[k] * std::as_const(q).data()[i * n + k] * std::as_const(q).data()[j * n + k];
  return a;
}

double residual(const std::vector<double>& a, const Eigenpairs& pairs, Index k) {
  double worst = 0;
  for (Index i = 0; i < pairs.size; ++i) {
    double sum = 0;
    for (Index j = 0; j < pairs.size; ++j) sum += a[i * pairs.size + j] * pairs.vector(k)[j];
    worst = std::max(worst, std::abs(sum - pairs.values[k] * pairs.vector(k)[i]));
  }
  return worst;
}

// The graph Laplacian of a path of n nodes: eigenvalues 4 sin^2(pi k / 2n).
SparseLower path_laplacian(int n) {
  SparseLower a{n, {0}, {}, {}};
  for (int i = 0; i < n; ++i) {
    if (i > 0) a.column.push_back(i - 1), a.value.push_back(-1);
    a.column.push_back(i), a.value.push_back(i == 0 || i == n - 1 ? 1 : 2);
    a.start.push_back(static_cast<int>(a.column.size()));
  }
  return a;
}

}  // namespace

TEST_CASE("the largest eigenpairs, by the whole decomposition and by Lanczos") {
  for (const Index n : {20, 320}) {
    std::vector<double> values(n, 0.01);
    values[3] = 9, values[0] = 4, values[7] = 4.5, values[1] = -20;  // the largest by value, not by magnitude
    const std::vector<double> a = with_eigenvalues(values);
    const Eigenpairs top = largest_eigenpairs(a, n, 3);
    CHECK(top.values[0] == approx(9, 1e-5));
    CHECK(top.values[1] == approx(4.5, 1e-5));
    CHECK(top.values[2] == approx(4, 1e-5));
    for (Index k = 0; k < 3; ++k) {
      CHECK(residual(a, top, k) < 1e-7);
      double square = 0, largest = 0;
      for (Index i = 0; i < n; ++i) {
        square += top.vector(k)[i] * top.vector(k)[i];
        if (std::abs(top.vector(k)[i]) > std::abs(largest)) largest = top.vector(k)[i];
      }
      CHECK(square == doctest::Approx(1));
      CHECK(largest > 0);
    }
  }
}

TEST_CASE("equal eigenvalues are all found, and a matrix of zeros has zeros") {
  const Index n = 320;
  std::vector<double> values(n, 0.0);
  std::fill_n(values.begin(), 6, 5.0);
  const Eigenpairs top = largest_eigenpairs(with_eigenvalues(values), n, 8);
  for (Index k = 0; k < 6; ++k) CHECK(top.values[k] == approx(5, 1e-5));
  for (Index k = 6; k < 8; ++k) CHECK(std::abs(top.values[k]) < 1e-5);
  CHECK(largest_eigenpairs(std::vector<double>(n * n, 0.0), n, 3).values == std::vector<double>(3, 0.0));
}

TEST_CASE("Lanczos on matrices whose rank is exactly low, where its vectors soon run out") {
  const Index n = 300;
  for (const Index rank : {1, 2, 3, 9})
    for (const double size : {1e-9, 1.0, 1e3, 1e9})
      for (const Index k : {rank, rank + 2}) {
        CAPTURE(rank);
        CAPTURE(size);
        CAPTURE(k);
        Rng rng(static_cast<std::uint64_t>(rank));
        std::vector<double> a(n * n, 0.0), directions(rank * n);
        for (double& value : directions) value = rng.normal();
        for (Index r = 0; r < rank; ++r)
          for (Index i = 0; i < n; ++i)
            for (Index j = 0; j < n; ++j) a[i * n + j] += size * directions[r * n + i] * directions[r * n + j];
        const Eigenpairs top = largest_eigenpairs(a, n, k);
        double trace = 0, found = 0;
        for (Index i = 0; i < n; ++i) trace += a[i * n + i];
        for (Index i = 0; i < k; ++i) {
          found += top.values[i];
          CHECK(residual(a, top, i) < 1e-9 * trace);
        }
        CHECK(found == approx(trace, 1e-9));  // the others are 0
      }
}

TEST_CASE("equal eigenvalues at exactly low rank") {
  const Index n = 320;
  std::vector<double> a(n * n, 0.0);
  for (Index i = 0; i < 6; ++i) a[i * 50 * n + i * 50] = 400;
  for (const Index k : {1, 2, 6, 8}) {
    const Eigenpairs top = largest_eigenpairs(a, n, k);
    for (Index i = 0; i < k; ++i) {
      CHECK(std::abs(top.values[i] - (i < 6 ? 400 : 0)) < 1e-6);
      CHECK(residual(a, top, i) < 1e-6);
    }
  }
}

TEST_CASE("a number that is not finite is named, whichever way the eigenvalues are looked for") {
  for (const Index n : {20, 320})
    for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
      std::vector<double> a = with_eigenvalues(std::vector<double>(n, 1.0));
      a[5 * n + 3] = a[3 * n + 5] = bad;
      const std::string message = message_of([&] { largest_eigenpairs(a, n, 2); });
      const std::string expected = fmt::format("the matrix [{}, {}] has a number that is not finite", n, n);
      CHECK_MESSAGE(contains(message, expected), message);
    }
}

TEST_CASE("the smallest eigenpairs without the constant one: a path's are cosines") {
  const int n = 400;
  const Eigenpairs low = smallest_eigenpairs(path_laplacian(n), 3);
  for (int k = 1; k <= 3; ++k) {
    const double expected = 4 * std::pow(std::sin(M_PI * k / (2 * n)), 2);
    CHECK(low.values[k - 1] / expected == approx(1, 1e-8));
    double product = 0;
    for (int i = 0; i < n; ++i)
      product += low.vector(k - 1)[i] * std::cos(M_PI * k * (i + 0.5) / n) * std::sqrt(2.0 / n);
    CHECK(std::abs(product) == approx(1, 1e-8));
  }
}
