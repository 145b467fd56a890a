#include "nn/group_gates.h"

#include "autograd/ops/shape.h"

namespace gradfold {

Var group_gates(const Var& x, Index groups, Index gates) {
  if (groups == 1) return x;
  const Index n = x.size(0), height = x.size(2), width = x.size(3);
  const Var parts = reshape(x, {n, groups, gates, x.size(1) / (groups * gates), height, width});
  return reshape(permute(parts, {0, 2, 1, 3, 4, 5}), x.shape());
}

}  // namespace gradfold
