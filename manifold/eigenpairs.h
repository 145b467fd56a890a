#pragma once
#include <functional>
#include <vector>

#include "tensor/tensor.h"

// Eigenpairs of symmetric matrices, what every spectral method ends in. All in double: LLE's eigenvalues are a
// billionth of its matrix. Eigen and Spectra are named in eigenpairs.cpp only.
namespace gradfold {

// K eigenvalues with unit eigenvectors. A sign is a matter of taste, so it is fixed: the entry that is largest by
// magnitude (the first of equals) is positive.
struct Eigenpairs {
  Index size = 0;               // of a vector
  std::vector<double> values;   // [K]
  std::vector<double> vectors;  // [K, size], one a row

  Index count() const { return static_cast<Index>(values.size()); }
  const double* vector(Index k) const { return vectors.data() + k * size; }
};

// Flips a vector whose entry of largest magnitude is negative.
void fix_sign(double* vector, Index n);

// The k largest eigenvalues of a symmetric matrix a [n, n], row-major, in falling order; 1 <= k <= n. Small matrices,
// and a large part of the eigenvalues, by the whole decomposition; else by Lanczos.
Eigenpairs largest_eigenpairs(const std::vector<double>& a, Index n, Index k);

// y = A x for a symmetric A [n, n]; called by one thread at a time.
using Multiply = std::function<void(const double* x, double* y)>;

// The k largest eigenvalues of a matrix known by its products alone, in falling order; 1 <= k < n. Lanczos with
// implicit restarts (Spectra; Sorensen 1992) starting from a fixed vector: the same bits each time. A few dozen
// products find a few eigenvalues far from the rest. Throws an Error if they do not converge to `tolerance`, relative
// to each, or if what was found is no eigenpair to 1e-6 of the largest.
Eigenpairs largest_eigenpairs(Index n, Index k, const Multiply& multiply, double tolerance = 1e-9);

// A sparse symmetric matrix: of each row the entries up to the diagonal, columns rising, the diagonal last.
struct SparseLower {
  Index size = 0;
  std::vector<int> start;       // [size + 1] where a row begins in the two below
  std::vector<int> column;
  std::vector<double> value;
};

// The k smallest eigenvalues of a positive semidefinite matrix whose rows sum to 0, in rising order, without the 0 of
// the constant vector; 1 <= k < n - 1.
//
// Shift-invert: Lanczos on (A + s I)^-1, where the smallest eigenvalues are the largest and far apart; the inverse is a
// sparse factorisation L D L^T. s is 1e-13 of the mean diagonal: it makes A invertible and is subtracted again. The
// constant vector is projected out of every product.
Eigenpairs smallest_eigenpairs(const SparseLower& a, Index k);

}  // namespace gradfold
