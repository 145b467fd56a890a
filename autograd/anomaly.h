#pragma once
#include "autograd/var.h"

// What anomaly mode (autograd/mode.h) looks at.
namespace gradfold {

// Throws an Error if y, the result of `op` on these inputs, holds a NaN or an infinity.
void check_forward(const char* op, const Var* inputs, std::size_t count, const Tensor& y);
// Throws an Error if `gradient`, which `op`'s backward returned for input i, does.
void check_backward(const Node& node, int input, const Tensor& gradient, const Tensor& dy);

}  // namespace gradfold
