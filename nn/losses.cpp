#include "nn/losses.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "autograd/ops/activations.h"
#include "autograd/ops/arithmetic.h"
#include "autograd/ops/indexing.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/shape.h"

namespace gradfold {
namespace {

// Broadcasting would hide the mistake: [64, 1] against [64] makes 4096 differences.
void check_same(const char* who, const char* name, const Shape& shape, const char* other, const Shape& rule) {
  require(shape == rule, who, "{} is {} but {} is {}; the shapes must be equal", name, shape, other, rule);
}

void check_labels(const Shape& logits, const Indices& labels) {
  require(logits.rank() >= 2, "cross_entropy", "logits are {} but must be [N, classes] or [N, classes, H, W]", logits);
  Shape rule = logits;
  rule.erase(1);
  require(labels.shape == rule, "cross_entropy", "labels are {} but must be {} for logits {}; hint: labels are class "
          "numbers, not one-hot rows", labels.shape, rule, logits);
  for (Index i = 0; i < labels.numel(); ++i) {
    require(labels[i] >= 0 && labels[i] < logits[1], "cross_entropy", "label {} at position {} must be one of 0..{}",
            labels[i], i, logits[1] - 1);
  }
}

// Beyond 0..1 the loss has no lower bound, and training would follow it there.
void check_probabilities(const Tensor& target) {
  const Tensor rows = target.contiguous();
  const Real *begin = rows.data(), *end = begin + rows.numel();
  const Real* bad = std::find_if(begin, end, [](Real p) { return !(p >= 0 && p <= 1); });
  require(bad == end, "bce_with_logits", "target {} at element {} is not between 0 and 1; hint: targets are "
          "probabilities, pixels of 0..255 must be divided by 255", bad == end ? Real(0) : *bad, bad - begin);
}

}  // namespace

Var reduce(const Var& x, Reduction reduction) {
  switch (reduction) {
    case Reduction::kNone: return x;
    case Reduction::kSum: return sum(x);
    case Reduction::kMean: return mean(x);
    case Reduction::kBatchMean: break;
  }
  require(x.shape().rank() > 0, "reduce", "a single number has no batch to take the mean over");
  return sum(x) / static_cast<Real>(x.size(0));
}

Var mse_loss(const Var& x, const Var& target, Reduction reduction) {
  check_same("mse_loss", "x", x.shape(), "target", target.shape());
  return reduce(square(x - target), reduction);
}

Var bce_with_logits(const Var& logits, const Tensor& target, Reduction reduction) {
  check_same("bce_with_logits", "logits", logits.shape(), "target", target.shape());
  check_probabilities(target);
  return reduce(relu(logits) - logits * Var(target) + softplus(-abs(logits)), reduction);
}

Var cross_entropy(const Var& logits, const Indices& labels, Reduction reduction) {
  check_labels(logits.shape(), labels);
  Indices index = labels;
  index.shape.insert(1, 1);
  return reduce(-squeeze(gather(log_softmax(logits, 1), 1, index), 1), reduction);
}

Var gaussian_nll(const Var& mean, const Var& log_var, const Var& target, Reduction reduction) {
  check_same("gaussian_nll", "mean", mean.shape(), "target", target.shape());
  check_same("gaussian_nll", "log_var", log_var.shape(), "target", target.shape());
  const Real log_2pi = static_cast<Real>(std::log(2 * std::numbers::pi));
  return reduce((square(target - mean) * exp(-log_var) + log_var + log_2pi) * Real{0.5}, reduction);
}

Var kl_to_standard_normal(const Var& mean, const Var& log_var, Reduction reduction) {
  check_same("kl_to_standard_normal", "mean", mean.shape(), "log_var", log_var.shape());
  return reduce((square(mean) + exp(log_var) - log_var - Real{1}) * Real{0.5}, reduction);
}

Var kl_categorical(const Var& p_logits, const Var& q_logits, Reduction reduction) {
  check_same("kl_categorical", "p_logits", p_logits.shape(), "q_logits", q_logits.shape());
  check_shape("kl_categorical", "p_logits", p_logits.shape(), {"N", "classes"});
  const Var log_p = log_softmax(p_logits, 1);
  return reduce(sum(exp(log_p) * (log_p - log_softmax(q_logits, 1)), {1}), reduction);
}

void check_finite(const Var& loss, Index step) {
  const Real value = loss.item();
  require(std::isfinite(value), "training",
          "the loss is {} at step {}; hint: lower the learning rate or clip the gradients (in a program of your own an "
          "Anomaly guard around the step shows which op made it)",
          std::isnan(value) ? std::abs(value) : value, step);  // a NaN's sign would say nothing
}

}  // namespace gradfold
