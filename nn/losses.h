#pragma once
#include <string_view>

#include "autograd/var.h"
#include "tensor/indices.h"

// Losses. How the elements become one number is always said: a mean where a sum was meant changes a VAE's
// balance by a factor of 784, silently.
namespace gradfold {

enum class Reduction {
  kNone,       // no reduction: every element
  kSum,        // over everything
  kMean,       // over everything
  kBatchMean,  // the sum over everything divided by the batch size N (the first dimension): nats per image
};
Var reduce(const Var& x, Reduction reduction);

// (x - target)^2
Var mse_loss(const Var& x, const Var& target, Reduction reduction);

// -log p(target) of a Bernoulli with p = sigmoid(logits): max(x, 0) - x t + log(1 + exp(-|x|)).
//   target of logits' shape, in [0, 1]; a constant
Var bce_with_logits(const Var& logits, const Tensor& target, Reduction reduction);

// -log softmax(logits)[label].   logits [N, classes] and labels [N], or dense:
//   logits [N, classes, H, W] and labels [N, H, W].  kNone gives labels' shape.
// kMean is over labels. Not supported: class weights, label smoothing, ignored labels.
Var cross_entropy(const Var& logits, const Indices& labels, Reduction reduction);

// -log N(target; mean, exp(log_var)) = (log 2 pi + log_var + (target - mean)^2 / exp(log_var)) / 2, all of
// one shape. The constant is in it: what comes out is a likelihood.
Var gaussian_nll(const Var& mean, const Var& log_var, const Var& target, Reduction reduction);

// KL(N(mean, exp(log_var)) || N(0, 1)) = (mean^2 + exp(log_var) - 1 - log_var) / 2, element by element.
Var kl_to_standard_normal(const Var& mean, const Var& log_var, Reduction reduction);

// KL(p || q) = sum over classes of p (log p - log q), p and q the softmax of logits [N, classes]; kNone
// gives [N].
Var kl_categorical(const Var& p_logits, const Var& q_logits, Reduction reduction);

// For training loops: throws an Error that says where and what to do if the loss is NaN or infinite.
void check_finite(const Var& loss, Index step);

}  // namespace gradfold
