#pragma once
// doctest, and how a failed check shows what we compare: without this it prints a vector, a shape or a tensor as {?}.
#include <doctest/doctest.h>

#include <algorithm>
#include <fmt/format.h>
#include <type_traits>
#include <vector>

#include "tensor/tensor.h"

namespace doctest {

// "[1, 2.5, 3]", at most 20 numbers of it.
template <class T>
struct StringMaker<std::vector<T>> {
  static String convert(const std::vector<T>& values) {
    constexpr std::size_t kMost = 20;
    std::string out = "[";
    for (std::size_t i = 0; i < std::min(values.size(), kMost); ++i) {
      if (i > 0) out += ", ";
      if constexpr (std::is_arithmetic_v<T>) out += fmt::format("{}", values[i]);
      else out += toString(values[i]).c_str();
    }
    if (values.size() > kMost) out += fmt::format(", ..., {} in all", values.size());
    return (out + "]").c_str();
  }
};

template <>
struct StringMaker<gradfold::Shape> {
  static String convert(const gradfold::Shape& shape) { return shape.str().c_str(); }
};

template <>
struct StringMaker<gradfold::Tensor> {
  static String convert(const gradfold::Tensor& x) { return x.str().c_str(); }
};

}  // namespace doctest

namespace gradfold {

// value up to `share` of it, of nothing up to `share`: CHECK(x == approx(0.25, 0.01)). doctest's own
// Approx(value).epsilon(share) allows share * (1 + |value|), which of small values asks hardly anything.
inline doctest::Approx approx(double value, double share) {
  return doctest::Approx(value).epsilon(share).scale(value == 0 ? 1 : 0);
}

}  // namespace gradfold
