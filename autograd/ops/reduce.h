#pragma once
#include "autograd/var.h"
#include "tensor/reduce.h"

// `dims` are the dimensions that disappear (negative counts from the back; empty means all); with keepdim
// they stay, with size 1.
namespace gradfold {

Var sum(const Var& x, const Dims& dims = {}, bool keepdim = false);
Var mean(const Var& x, const Dims& dims = {}, bool keepdim = false);
// Elements that share the extreme value share its gradient equally, as PyTorch's amax and amin do.
Var max(const Var& x, const Dims& dims = {}, bool keepdim = false);
Var min(const Var& x, const Dims& dims = {}, bool keepdim = false);
// Sum of squared differences from the mean over (n - correction): 1 estimates a population's variance
// from a sample (PyTorch's default), 0 is the mean square that normalisation layers use.
Var var(const Var& x, const Dims& dims = {}, bool keepdim = false, Index correction = 1);

// Over one dimension; stable (the maximum is taken out first).
Var logsumexp(const Var& x, int dim, bool keepdim = false);
Var softmax(const Var& x, int dim);
Var log_softmax(const Var& x, int dim);

}  // namespace gradfold
