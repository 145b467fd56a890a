#pragma once
#include "models/classifier.h"

// Naive Bayes: given the class, the features are independent, p(x | y) = prod_d p(x_d | y). The count of a
// feature in a class is all it learns, which is why a handful of samples is enough, and why it stops
// improving early (Ng & Jordan 2001).
namespace gradfold {

// Features of 0 and 1: p(x_d = 1 | y) = (ones + smoothing) / (samples + 2 smoothing)  (Laplace).
struct BernoulliNaiveBayes : GenerativeClassifier {
  explicit BernoulliNaiveBayes(double smoothing = 1) : smoothing(smoothing) {}

  void fit(const Tensor& x, const Indices& y, Index classes) override;
  Tensor log_joint(const Tensor& x, const Seen& seen = {}) const override;
  Tensor sample(Index n, std::int32_t y, Rng& rng) const override;

  double smoothing;
  Tensor probability;  // p(x_d = 1 | y), [classes, D]
  Tensor log_prior;    // [classes]
};

// Real features: p(x_d | y) = N(mean[y][d], variance[d]). The variance is SHARED by the classes, which makes
// the boundary between two classes linear in x: the generative twin of logistic regression.
struct GaussianNaiveBayes : GenerativeClassifier {
  // Added to every variance: a pixel that is always black must not become certain.
  explicit GaussianNaiveBayes(double variance_floor = 1e-9) : variance_floor(variance_floor) {}

  void fit(const Tensor& x, const Indices& y, Index classes) override;
  Tensor log_joint(const Tensor& x, const Seen& seen = {}) const override;
  Tensor sample(Index n, std::int32_t y, Rng& rng) const override;

  double variance_floor;
  Tensor mean;       // [classes, D]
  Tensor variance;   // [D]
  Tensor log_prior;  // [classes]
};

namespace detail {
// The mean of x's rows [N, D] for each class: [classes, D]; counts of the classes go to `counts`.
// A class without samples has mean 0.
Tensor class_means(const Tensor& x, const Indices& y, Index classes, std::vector<double>& counts);
}  // namespace detail

}  // namespace gradfold
