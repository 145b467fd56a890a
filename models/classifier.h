#pragma once
#include "tensor/indices.h"
#include "tensor/random.h"
#include "tensor/tensor.h"

// Two ways to a label y for an input x, behind one interface, so that a lesson can set them side by side.
// x is [N, D], one flat sample a row; y holds N labels 0 .. classes - 1.
namespace gradfold {

struct Classifier {
  virtual ~Classifier() = default;
  virtual void fit(const Tensor& x, const Indices& y, Index classes) = 0;
  // log p(y | x), [N, classes].
  virtual Tensor log_posterior(const Tensor& x) const = 0;

  Tensor predict_proba(const Tensor& x) const;
  Indices predict(const Tensor& x) const;
  // Share of the labels that predict() gets right.
  double accuracy(const Tensor& x, const Indices& y) const;
};

// Models how the data came about: draw y from p(y), then x from p(x | y). Bayes' rule turns that into a
// classifier, p(y | x) = p(x, y) / p(x), and the same numbers also tell how likely x is, draw a new x, and
// judge an x of which only a part is seen: what is hidden is integrated out.
struct GenerativeClassifier : Classifier {
  // Which of the D features are seen: [D] of 1 (seen) and 0 (hidden); undefined means all.
  using Seen = Tensor;

  // log p(x, y), [N, classes], with hidden features integrated out.
  virtual Tensor log_joint(const Tensor& x, const Seen& seen = {}) const = 0;
  // n draws from p(x | y), [n, D].
  virtual Tensor sample(Index n, std::int32_t y, Rng& rng) const = 0;

  // log p(x) = log sum_y p(x, y), [N], in nats.
  Tensor log_prob(const Tensor& x, const Seen& seen = {}) const;
  Tensor log_posterior(const Tensor& x) const override { return log_posterior(x, {}); }
  Tensor log_posterior(const Tensor& x, const Seen& seen) const;
  double accuracy(const Tensor& x, const Indices& y, const Seen& seen = {}) const;
};

// Share of labels y that the largest score of each row of `scores` [N, classes] hits.
double hit_rate(const Tensor& scores, const Indices& y);

namespace detail {
// Throws unless x is [N, D] with one label in 0 .. classes - 1 for each row.
void check_labelled(std::string_view who, const Tensor& x, const Indices& y, Index classes);
// log of the share of each class in y, with one imagined sample of each so that none is impossible.
Tensor log_prior(const Indices& y, Index classes);
}  // namespace detail

}  // namespace gradfold
