#pragma once
#include "tensor/indices.h"
#include "tensor/tensor.h"

namespace gradfold {

struct LdaOptions {
  Index n_components = 0;  // 0: all, min(classes - 1, D)
  // S_w becomes (1 - shrinkage) S_w + shrinkage tr(S_w) / D I: for fewer points than features, or noise in S_w.
  double shrinkage = 0;
};

// Linear discriminant analysis (Fisher 1936, Rao 1948): the directions along which classes lie far apart, measured in
// the spread that they have in common. It is also a classifier: Gaussian classes with one covariance.
//
//   1  S_w, the covariance of x [N, D] around its classes' means
//   2  whiten: eigenvectors of S_w scaled so that S_w becomes I; directions with no variance within the classes (a
//      pixel that is always white) are dropped, or filled by shrinkage
//   3  in the whitened space, the principal axes of the classes' means are the discriminants: at most C - 1
//   4  a point's class is the nearest mean there, corrected by the log of the classes' shares
class Lda {
 public:
  explicit Lda(LdaOptions options = {}) : options_(options) {}

  // x [N, D], labels [N] any integers, two different ones at least, and more points than classes.
  Lda& fit(const Tensor& x, const Indices& labels);
  Tensor fit_transform(const Tensor& x, const Indices& labels) { return fit(x, labels).transform(x); }
  Tensor transform(const Tensor& x) const;      // [N, K]: along each axis, variance 1 within the classes
  Indices predict(const Tensor& x) const;       // [N] labels
  Tensor predict_proba(const Tensor& x) const;  // [N, C], columns in the order of `classes`

  Indices classes;                  // [C] the labels, rising
  Tensor mean;                      // [D] of all points
  Tensor scalings;                  // [D, K]: transform(x) = (x - mean) scalings
  Tensor priors;                    // [C] share of each class
  Tensor explained_variance_ratio;  // [K] share of the variance between classes

 private:
  Tensor log_posterior(const Tensor& x) const;  // [N, C], up to a constant for each point
  Tensor project(const Tensor& x, const Tensor& onto) const;

  LdaOptions options_;
  Tensor all_scalings_;  // [D, at most C - 1]: the classifier uses every discriminant
  Tensor class_means_;   // [C, at most C - 1] in their space
};

}  // namespace gradfold
