#include "manifold/mds.h"

#include <algorithm>
#include <cmath>

#include "manifold/check_option.h"
#include "manifold/check_points.h"
#include "manifold/distances.h"
#include "manifold/eigenpairs.h"
#include "tensor/elementwise.h"
#include "tensor/parallel.h"

namespace gradfold {
namespace {

constexpr Index kWholeMatrix = 256;  // up to here B is written out and wholly decomposed
constexpr Index kMdsRowsTogether = 32;

// f(row) for each row of a [N, N], in double.
template <class F>
std::vector<double> of_rows(const Tensor& a, F f) {
  const Index n = a.size(0);
  std::vector<double> out(n);
  parallel_for(n, kMdsRowsTogether, [&, p = a.data()](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) out[i] = f(p + i * n);
  });
  return out;
}

// sum_j row[j] x[j]. Sixteen running sums, a few vectors of them: one alone would wait for each addition.
double dot(const Real* row, const double* x, Index n) {
  double sums[16] = {};
  Index j = 0;
  for (; j + 16 <= n; j += 16)
    for (int lane = 0; lane < 16; ++lane) sums[lane] += static_cast<double>(row[j + lane]) * x[j + lane];
  double total = 0;
  for (; j < n; ++j) total += static_cast<double>(row[j]) * x[j];
  for (const double s : sums) total += s;
  return total;
}

void subtract_mean(double* x, Index n) {
  double sum = 0;
  for (Index i = 0; i < n; ++i) sum += x[i];
  for (Index i = 0; i < n; ++i) x[i] -= sum / static_cast<double>(n);
}

// The k largest eigenpairs of B = -1/2 J D^2 J.
Eigenpairs centered_eigenpairs(const Tensor& squares, const std::vector<double>& row_means, double mean, Index k) {
  const Index n = squares.size(0);
  if (n <= kWholeMatrix) {
    std::vector<double> b(n * n);
    for (Index i = 0; i < n; ++i)
      for (Index j = 0; j < n; ++j)
        b[i * n + j] = -0.5 * (squares.data()[i * n + j] - row_means[i] - row_means[j] + mean);
    return largest_eigenpairs(b, n, k);
  }
  return largest_eigenpairs(n, k, [&](const double* x, double* y) {  // B is never written out
    std::vector<double> centered(x, x + n);
    subtract_mean(centered.data(), n);
    const std::vector<double> product = of_rows(squares, [&](const Real* row) { return dot(row, centered.data(), n); });
    for (Index i = 0; i < n; ++i) y[i] = -0.5 * product[i];
    subtract_mean(y, n);
  });
}

}  // namespace

Tensor ClassicalMds::fit_transform(const Tensor& x) {
  check_points("ClassicalMds", "x", x, 2);
  require_matrices("ClassicalMds", x.size(0), 1);
  const Real scale = scale_up_for_squares(x);
  return fit_transform_squares(squared_distances(x * scale), "ClassicalMds", scale);
}

Tensor ClassicalMds::fit_transform_distances(const Tensor& distances) {
  check_points("ClassicalMds", "distances", distances, 2);
  const Index n = distances.size(0);
  check_shape("ClassicalMds", "distances", distances.shape(), {n, n});
  const Tensor d = distances.contiguous();
  for (Index i = 0; i < n; ++i) {
    require(d.data()[i * n + i] == 0, "ClassicalMds", "the distance of point {} to itself is {}; it must be 0", i,
            d.data()[i * n + i]);
    for (Index j = 0; j < i; ++j) {
      const Real there = d.data()[i * n + j], back = d.data()[j * n + i];
      require(there >= 0, "ClassicalMds", "the distance from point {} to {} is {}; it must not be negative", i, j,
              there);
      require(std::abs(there - back) <= Real(1e-5) * (std::abs(there) + std::abs(back)), "ClassicalMds",
              "the distance from point {} to {} is {}, and back it is {}; distances must be symmetric", i, j, there,
              back);
    }
  }
  return fit_transform_squares(square(d), "ClassicalMds");
}

Tensor ClassicalMds::fit_transform_squares(const Tensor& squares, std::string_view who, double scale) {
  const Index n = squares.size(0), k = options_.n_components;
  check_option(k >= 1 && k < n, who, "n_components is {} but there are {} points; it must be from 1 to {}", k, n,
               n - 1);
  row_means = of_rows(squares, [n](const Real* row) {
    double sum = 0;
    for (Index j = 0; j < n; ++j) sum += row[j];
    return sum / static_cast<double>(n);
  });
  mean = 0;
  for (const double m : row_means) mean += m / static_cast<double>(n);
  const Eigenpairs pairs = centered_eigenpairs(squares, row_means, mean, k);
  eigenvalues = pairs.values;
  for (double& value : eigenvalues) value /= scale * scale;
  for (double& value : row_means) value /= scale * scale;
  mean /= scale * scale;
  Tensor out({n, k});
  for (Index c = 0; c < k; ++c) {
    const double size = std::sqrt(std::max(0.0, eigenvalues[c]));  // a negative one has no coordinate
    for (Index i = 0; i < n; ++i) out.data()[i * k + c] = static_cast<Real>(size * pairs.vector(c)[i]);
  }
  return out;
}

}  // namespace gradfold
