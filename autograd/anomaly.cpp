#include "autograd/anomaly.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>

#include "autograd/record.h"
#include "tensor/reduce.h"

namespace gradfold {
namespace {

std::string place(const Shape& shape, Index flat) {
  Shape at = shape;
  for (int d = shape.rank() - 1; d >= 0; --d) {
    at[d] = flat % shape[d];
    flat /= shape[d];
  }
  return at.str();
}

// "[32, 10] from -3.2 to 4.1"
std::string describe(const Tensor& x) {
  if (!x.defined()) return "undefined";
  double low = std::numeric_limits<double>::infinity(), high = -low;
  Index bad = 0;
  for (Real v : x.to_vector()) {
    if (!std::isfinite(v)) {
      ++bad;
      continue;
    }
    low = std::min<double>(low, v), high = std::max<double>(high, v);
  }
  std::string text = bad == x.numel() ? fmt::format("{}", x.shape())
                                      : fmt::format("{} from {:.4g} to {:.4g}", x.shape(), low, high);
  return bad ? text + fmt::format(" with {} not finite", bad) : text;
}

[[noreturn]] void fail(const char* op, const Scope* scope, const std::string& what) {
  const Error error(op, what, "look at the ranges: a log or a division of 0, exp of a large number, or a step size too large");
  if (scope) throw error.inside(scope->path());
  throw error;
}

}  // namespace

void check_forward(const char* op, const Var* inputs, std::size_t count, const Tensor& y) {
  const Index bad = first_non_finite(y);
  if (bad < 0) return;
  std::string in;
  for (std::size_t i = 0; i < count; ++i) {
    if (inputs[i].defined()) in += fmt::format("; input {} is {}", i, describe(inputs[i].value()));
  }
  const Real value = y.contiguous().data()[bad];
  fail(op, current_scope().get(), fmt::format("result {} is {} at {}{}", y.shape(), value, place(y.shape(), bad), in));
}

void check_backward(const Node& node, int input, const Tensor& gradient, const Tensor& dy) {
  const Index bad = first_non_finite(gradient);
  if (bad < 0) return;
  const Real value = gradient.contiguous().data()[bad];
  fail(node.op, node.scope.get(),
       fmt::format("gradient of input {}, {}, is {} at {}; the gradient that came in is {}", input,
                   gradient.shape(), value, place(gradient.shape(), bad), describe(dy)));
}

}  // namespace gradfold
