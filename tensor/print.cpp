// Tensor::str(): numbers as a person reads them.
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "tensor/tensor.h"

namespace gradfold {
namespace {

constexpr Index kEdge = 3;        // first and last elements shown of a long dimension
constexpr Index kLong = 2 * kEdge + 2;

// The positions of a dimension that are shown; -1 stands for "...".
std::vector<Index> shown(Index size) {
  std::vector<Index> at;
  for (Index i = 0; i < size; ++i) {
    if (size <= kLong || i < kEdge || i >= size - kEdge) at.push_back(i);
    else if (i == kEdge) at.push_back(-1);
  }
  return at;
}

template <class F>
void each_shown(const Tensor& x, F f) {
  if (x.rank() == 0) return f(x.item());
  for (Index i : shown(x.size(0))) {
    if (i >= 0) each_shown(x.select(0, i), f);
  }
}

// One format for all numbers, so that columns line up: integers plain, else four decimals, else exponents.
struct Style {
  bool integers = true, scientific = false;
  std::size_t width = 1;

  explicit Style(const Tensor& x) {
    double largest = 0, smallest = INFINITY;
    each_shown(x, [&](Real v) {
      if (!std::isfinite(v)) return;
      integers = integers && v == std::floor(v) && std::abs(v) < 1e6;
      if (v != 0) largest = std::max<double>(largest, std::abs(v)), smallest = std::min<double>(smallest, std::abs(v));
    });
    scientific = !integers && (largest >= 1e5 || (largest > 0 && largest < 1e-3) || largest / smallest > 1e6);
    each_shown(x, [&](Real v) { width = std::max(width, text(v).size()); });
  }
  std::string text(Real v) const {
    if (!std::isfinite(v)) return fmt::format("{}", v);
    if (integers) return fmt::format("{:.0f}", v);
    return scientific ? fmt::format("{:.3e}", v) : fmt::format("{:.4f}", v);
  }
};

void write(const Tensor& x, const Style& style, int indent, std::string& out) {
  if (x.rank() == 0) {
    out += fmt::format("{:>{}}", style.text(x.item()), style.width);
    return;
  }
  out += "[";
  bool first = true;
  for (Index i : shown(x.size(0))) {
    if (!first) out += x.rank() == 1 ? ", " : ",\n" + std::string(static_cast<std::size_t>(indent + 1), ' ');
    first = false;
    if (i < 0) out += "...";
    else write(x.select(0, i), style, indent + 1, out);
  }
  out += "]";
}

}  // namespace

std::string Tensor::str() const {
  if (!defined()) return "undefined tensor";
  std::string out;
  if (numel() > 0) write(*this, Style(*this), 0, out);
  else out = "[]";
  return fmt::format("{}\nshape {}", out, shape_);
}

}  // namespace gradfold
