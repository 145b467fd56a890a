#pragma once
#include <vector>

#include "autograd/var.h"

namespace gradfold {

// Scales all gradients together so that their joint Euclidean norm is at most max_norm; returns the norm
// that they had. Pascanu et al. 2013.
double clip_grad_norm(const std::vector<Var>& parameters, double max_norm);

// Clips every element of every gradient to [-limit, limit].
void clip_grad_value(const std::vector<Var>& parameters, Real limit);

}  // namespace gradfold
