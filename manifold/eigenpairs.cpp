#include "manifold/eigenpairs.h"

#include <algorithm>
#include <cmath>

// g++ 12 takes the undefined part of its own AVX-512 maximum for a variable of Eigen's.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <Eigen/Eigenvalues>
#include <Eigen/SparseCholesky>
#include <Spectra/SymEigsSolver.h>

#include "tensor/parallel.h"

namespace gradfold {
namespace {

using Matrix = Eigen::MatrixXd;
using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Vector = Eigen::VectorXd;

constexpr Index kSmall = 256;         // up to here the whole decomposition takes milliseconds
constexpr Index kEigenRowsTogether = 64;   // rows of a dense matrix that a thread multiplies at a time
constexpr int kRestarts = 1000;
constexpr double kResidual = 1e-6;  // of the matrix's size, what may be left of A v - lambda v

// `columns` of `vectors` as our rows.
Eigenpairs collect(const Vector& values, const Matrix& vectors, Index first, Index step, Index k) {
  Eigenpairs out{vectors.rows(), std::vector<double>(k), std::vector<double>(k * vectors.rows())};
  for (Index i = 0; i < k; ++i) {
    const Index column = first + i * step;
    out.values[i] = values[column];
    double* row = out.vectors.data() + i * out.size;
    Vector::Map(row, out.size) = vectors.col(column);
    fix_sign(row, out.size);
  }
  return out;
}

// `some` are its numbers, or products that such a number would show in.
void check_finite(const Eigen::Ref<const Vector>& some, Index n) {
  require(some.allFinite(), "largest_eigenpairs",
          "the matrix [{}, {}] has a number that is not finite; hint: data above 1e18 have no finite squares, so "
          "divide them", n, n);
}

Eigenpairs largest_of_all(const std::vector<double>& a, Index n, Index k) {
  check_finite(Vector::Map(a.data(), n * n), n);
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(Matrix::Map(a.data(), n, n));
  require(solver.info() == Eigen::Success, "largest_eigenpairs",
          "the QR iteration did not converge on the matrix [{}, {}]", n, n);
  return collect(solver.eigenvalues(), solver.eigenvectors(), n - 1, -1, k);
}

// What Spectra asks of a matrix.
struct Operator {
  using Scalar = double;
  Index n;
  double scale;
  const Multiply& multiply;
  Eigen::Index rows() const { return n; }
  Eigen::Index cols() const { return n; }
  void perform_op(const double* x, double* y) const {
    multiply(x, y);
    Vector::Map(y, n) *= scale;
  }
};

// About the largest eigenvalue by magnitude, at most that: two steps of the power method from a vector of mixed
// entries. 0 only if A is, where Lanczos has nothing to go by. A NaN in A, which Lanczos would run into, shows too.
double norm_at_least(Index n, const Multiply& multiply) {
  Vector x(n), y(n);
  for (Index i = 0; i < n; ++i) x[i] = std::sin(static_cast<double>(i + 1));
  double norm = 0;
  for (int step = 0; step < 2; ++step) {
    x /= x.stableNorm();
    multiply(x.data(), y.data());
    check_finite(y, n);
    if ((y.array() == 0).all()) break;
    norm = std::max(norm, y.stableNorm());
    x = y;
  }
  return norm;
}

// Spectra takes a Krylov space for exhausted, as that of a matrix of low rank is soon, by what is left next to 1, not
// next to A: of a large A it would make vectors of the rounding errors. A power of 2 changes no digit of the rest.
double scale_for_lanczos(double norm) { return std::exp2(-10 - std::ceil(std::log2(norm))); }

// Throws unless the pairs are what they should be.
void check_pairs(const Eigenpairs& pairs, const Multiply& multiply, double allowed) {
  const Index n = pairs.size;
  Vector product(n);
  for (Index i = 0; i < pairs.count(); ++i) {
    const auto v = Vector::Map(pairs.vector(i), n);
    multiply(v.data(), product.data());
    const double left = (product - pairs.values[i] * v).norm();
    require(left <= allowed && std::abs(v.norm() - 1) <= kResidual, "largest_eigenpairs",
            "Lanczos' iteration has an eigenvector {} with |A v - lambda v| = {:.3g}, which must be at most {:.3g}, "
            "and |v| = {}, which must be 1",
            i, left, allowed, v.norm());
  }
}

void remove_mean(double* x, Index n) {
  Eigen::Map<Vector> v(x, n);
  v.array() -= v.mean();
}

}  // namespace

void fix_sign(double* vector, Index n) {
  Index largest = 0;
  for (Index i = 1; i < n; ++i) {
    if (std::abs(vector[i]) > std::abs(vector[largest])) largest = i;
  }
  if (n == 0 || vector[largest] >= 0) return;
  for (Index i = 0; i < n; ++i) vector[i] = -vector[i];
}

Eigenpairs largest_eigenpairs(const std::vector<double>& a, Index n, Index k) {
  if (n <= kSmall || 4 * k > n) return largest_of_all(a, n, k);
  return largest_eigenpairs(n, k, [&](const double* x, double* y) {
    parallel_for(n, kEigenRowsTogether, [&](Index begin, Index end) {
      Vector::Map(y + begin, end - begin).noalias() =
          RowMajor::Map(a.data() + begin * n, end - begin, n) * Vector::Map(x, n);
    });
  });
}

Eigenpairs largest_eigenpairs(Index n, Index k, const Multiply& multiply, double tolerance) {
  require(k >= 1 && k < n, "largest_eigenpairs", "{} eigenvalues of a matrix [{}, {}] were asked for; 1 to {} can be",
          k, n, n, n - 1);
  const double norm = norm_at_least(n, multiply);
  if (norm == 0) return collect(Vector::Zero(k), Matrix::Identity(n, k), 0, 1, k);
  Operator op{n, scale_for_lanczos(norm), multiply};
  // Room for twice as many vectors as are wanted, and for 20 in any case: restarts are rare then.
  Spectra::SymEigsSolver<Operator> solver(op, k, std::min(n, std::max<Index>(2 * k + 1, 20)));
  solver.init();
  const Index converged = solver.compute(Spectra::SortRule::LargestAlge, kRestarts, tolerance);
  require(converged == k, "largest_eigenpairs",
          "{} of {} eigenvalues converged after {} restarts of Lanczos' iteration",
          converged, k, kRestarts);
  const Eigenpairs found = collect(solver.eigenvalues() / op.scale, solver.eigenvectors(), 0, 1, k);
  check_pairs(found, multiply, std::max(kResidual, tolerance) * norm);
  return found;
}

Eigenpairs smallest_eigenpairs(const SparseLower& a, Index k) {
  const Index n = a.size;
  require(k >= 1 && k < n - 1, "smallest_eigenpairs",
          "{} eigenvalues of a matrix [{}, {}] were asked for; 1 to {} can be", k, n, n, n - 2);
  // The rows of the lower triangle are the columns of the upper one.
  Eigen::SparseMatrix<double> upper = Eigen::Map<const Eigen::SparseMatrix<double>>(
      n, n, a.start[n], a.start.data(), a.column.data(), a.value.data());
  const double shift = 1e-13 * upper.diagonal().mean();
  Eigen::SimplicialLDLT<Eigen::SparseMatrix<double>, Eigen::Upper> factors;
  factors.setShift(shift);
  factors.compute(upper);
  require(factors.info() == Eigen::Success, "smallest_eigenpairs", "the matrix [{}, {}] has no factorisation L D L^T; "
          "it must be positive semidefinite", n, n);
  Eigenpairs out = largest_eigenpairs(n, k, [&](const double* x, double* y) {
    Vector b = Vector::Map(x, n);
    remove_mean(b.data(), n);
    Vector::Map(y, n) = factors.solve(b);
    remove_mean(y, n);
  });
  for (double& value : out.values) value = 1 / value - shift;
  return out;
}

}  // namespace gradfold
