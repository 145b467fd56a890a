#include "autograd/anomaly.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>

#include "autograd/record.h"
#include "tensor/reduce.h"

namespace gradfold {
namespace {

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

constexpr const char* kHint =
    "look at the ranges: a log or a division of 0, exp of a large number, or a step size too large";

}  // namespace

void check_forward(const char* op, const Var* inputs, std::size_t count, const Tensor& y) {
  const Index bad = first_non_finite(y);
  if (bad < 0) return;
  std::string in;
  for (std::size_t i = 0; i < count; ++i) {
    if (inputs[i].defined()) in += fmt::format("; input {} is {}", i, describe(inputs[i].value()));
  }
  const Real value = y.contiguous().data()[bad];
  // The modules that are running add their names as the error passes through them.
  throw Error(op, fmt::format("result {} is {} at {}{}", y.shape(), value, index_at(bad, y.shape()), in), kHint);
}

void check_backward(const Node& node, int input, const Tensor& gradient, const Tensor& dy) {
  const Index bad = first_non_finite(gradient);
  if (bad < 0) return;
  const Real value = gradient.contiguous().data()[bad];
  const Error error(node.op,
                    fmt::format("gradient of input {}, {}, is {} at {}; the gradient that came in is {}", input,
                                gradient.shape(), value, index_at(bad, gradient.shape()), describe(dy)),
                    kHint);
  if (node.scope) throw error.inside(node.scope->path());
  throw error;
}

}  // namespace gradfold
