#include "nn/optim/clip.h"

#include <cmath>

#include "tensor/elementwise.h"
#include "tensor/reduce.h"

namespace gradfold {

double clip_grad_norm(const std::vector<Var>& parameters, double max_norm) {
  require(max_norm > 0, "clip_grad_norm", "max_norm is {} but must be above 0", max_norm);
  double squares = 0;
  for (const Var& p : parameters) {
    if (p.grad().defined()) squares += sum_of_squares(p.grad());
  }
  const double norm = std::sqrt(squares);
  const double factor = max_norm / (norm + 1e-6);  // PyTorch's guard against a norm of 0
  if (factor >= 1) return norm;
  for (Var p : parameters) {
    if (p.grad().defined()) scale_(p.mutable_grad(), static_cast<Real>(factor));
  }
  return norm;
}

void clip_grad_value(const std::vector<Var>& parameters, Real limit) {
  require(limit > 0, "clip_grad_value", "limit is {} but must be above 0", limit);
  for (Var p : parameters) {
    if (p.grad().defined()) p.mutable_grad() = clamp(p.grad(), -limit, limit);
  }
}

}  // namespace gradfold
