#pragma once
#include <cstdint>

#include "tensor/tensor.h"

namespace gradfold {

struct PcaOptions {
  Index n_components = 0;  // 0: all, min(N, D)
  // kExact: eigenvectors of the covariance. kRandomized: an approximation whose cost grows with N D n_components, for
  // data with thousands of features.
  enum class Solver { kExact, kRandomized } svd_solver = Solver::kExact;
  bool whiten = false;     // scale every coordinate of transform() to variance 1
  // Of the randomised solver: extra columns, rounds of sharpening, and the seed of its random numbers.
  Index n_oversamples = 10;
  int iterated_power = 4;
  std::uint64_t random_state = 0;
};

// Principal component analysis (Pearson 1901, Hotelling 1933): the flat subspace that keeps most of the variance.
//
//   1  centre x [N, D] on its mean
//   2  the K eigenvectors of the covariance [D, D] with the largest eigenvalues are the components; with fewer points
//      than features, those of the N x N matrix of inner products say the same
//   3  coordinates of a point: its inner products with the components; what is left out is the error, and its mean
//      square is the sum of the eigenvalues left out
//
// Randomised (Halko, Martinsson & Tropp 2011): x times a few random vectors spans nearly the same subspace as the
// components; iterated_power rounds of x x^T sharpen it, and the exact decomposition within it is small.
class Pca {
 public:
  explicit Pca(PcaOptions options = {}) : options_(options) {}

  // x [N, D], N >= 2. Throws if more components are asked for than there are, or a number is not finite.
  Pca& fit(const Tensor& x);
  Tensor fit_transform(const Tensor& x) { return fit(x).transform(x); }  // [N, K]
  Tensor transform(const Tensor& x) const;                               // [N, D] -> [N, K]
  Tensor inverse_transform(const Tensor& z) const;                       // [N, K] -> [N, D]

  // How many components keep this share (0..1) of the variance; throws if those that were fitted do not.
  Index components_for(double share) const;

  Tensor mean;                      // [D]
  Tensor components;                // [K, D], orthonormal rows; the largest entry by magnitude is positive
  Tensor explained_variance;        // [K] variance along each, divided by N - 1; 0 where it is below the least float
  Tensor explained_variance_ratio;  // [K] the same as a share of all variance (0 where x has none)

 private:
  void fit_covariance(const Tensor& x, Index k);
  void fit_inner_products(const Tensor& x, Index k);
  void fit_randomized(const Tensor& x, Index k);
  // Eigenvalues of the scatter matrix, and the sum of all of them.
  void keep_variance(const std::vector<double>& scatter_values, double total, Index n);

  PcaOptions options_;
  Real scale_ = 1;          // what small points were multiplied by, so that their variances are floats
  Tensor scaled_variance_;  // [K] these
};

}  // namespace gradfold
