#pragma once
#include <vector>

#include "models/classifier.h"

namespace gradfold {

struct GaussianDiscriminantConfig {
  // true: one covariance for all classes, a linear boundary (linear discriminant analysis, LDA);
  // false: one for each class, a quadratic boundary (QDA).
  bool shared_covariance = true;
  // covariance = (1 - shrinkage) S + shrinkage (trace(S) / D) I: some is needed wherever there are fewer samples
  // than features, or features that never vary.
  double shrinkage = 0.1;
};

// Gaussian discriminant analysis: p(x | y) = N(mean[y], covariance), all features correlated.
struct GaussianDiscriminant : GenerativeClassifier {
  explicit GaussianDiscriminant(GaussianDiscriminantConfig config = {}) : config(config) {}

  void fit(const Tensor& x, const Indices& y, Index classes) override;
  // The marginal of a Gaussian over the seen features is the Gaussian of the seen rows and columns.
  Tensor log_joint(const Tensor& x, const Seen& seen = {}) const override;
  Tensor sample(Index n, std::int32_t y, Rng& rng) const override;

  GaussianDiscriminantConfig config;
  Tensor mean;                     // [classes, D]
  std::vector<Tensor> covariance;  // one, or one for each class: [D, D]
  Tensor log_prior;                // [classes]

 private:
  void check_fitted() const;
  // covariance = L L^T; z = L^-1 (x - mean) has independent N(0, 1) elements.
  struct Factor {
    Tensor l, inverse;  // L, L^-1
    double log_det;     // log |L|
  };
  static Factor factor(const Tensor& covariance);
  Tensor joint(const Tensor& x, const Tensor& mean, const std::vector<Factor>& factors) const;
  std::vector<Factor> factors_;
};

}  // namespace gradfold
