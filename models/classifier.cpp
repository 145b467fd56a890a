#include "models/classifier.h"

#include <cmath>

#include "tensor/elementwise.h"
#include "tensor/reduce.h"

namespace gradfold {

Tensor Classifier::predict_proba(const Tensor& x) const { return exp(log_posterior(x)); }
Indices Classifier::predict(const Tensor& x) const { return argmax(log_posterior(x), 1); }
double Classifier::accuracy(const Tensor& x, const Indices& y) const { return hit_rate(log_posterior(x), y); }

Tensor GenerativeClassifier::log_prob(const Tensor& x, const Seen& seen) const {
  return logsumexp(log_joint(x, seen), 1);
}
Tensor GenerativeClassifier::log_posterior(const Tensor& x, const Seen& seen) const {
  return log_softmax(log_joint(x, seen), 1);
}
double GenerativeClassifier::accuracy(const Tensor& x, const Indices& y, const Seen& seen) const {
  return hit_rate(log_joint(x, seen), y);
}

double hit_rate(const Tensor& scores, const Indices& y) {
  require(scores.rank() == 2 && scores.size(0) == y.numel(), "hit_rate",
          "scores is {} but there are {} labels; there must be one row for each", scores.shape(), y.numel());
  const Indices guess = argmax(scores, 1);
  Index hits = 0;
  for (Index i = 0; i < y.numel(); ++i) hits += guess[i] == y[i];
  return y.numel() ? static_cast<double>(hits) / static_cast<double>(y.numel()) : 0;
}

void detail::check_labelled(std::string_view who, const Tensor& x, const Indices& y, Index classes) {
  require(x.rank() == 2, who, "x is {} but must be [N, D]; hint: flatten images first, x.flatten(1)",
          x.shape());
  require(x.size(0) == y.numel(), who, "x holds {} samples but there are {} labels", x.size(0), y.numel());
  require(y.numel() > 0, who, "there are no samples to fit");
  for (Index i = 0; i < y.numel(); ++i) {
    require(y[i] >= 0 && y[i] < classes, who, "label {} is {} but must be in 0 .. {}", i, y[i], classes - 1);
  }
}

Tensor detail::log_prior(const Indices& y, Index classes) {
  Tensor prior = Tensor::ones({classes});
  for (Index i = 0; i < y.numel(); ++i) prior.data()[y[i]] += 1;
  return log(prior / static_cast<Real>(y.numel() + classes));
}

}  // namespace gradfold
