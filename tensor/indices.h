#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "tensor/check.h"
#include "tensor/shape.h"

namespace gradfold {

// Class labels and positions: 32-bit integers with a shape. Tensors hold real numbers only.
struct Indices {
  Shape shape;
  std::vector<std::int32_t> values;

  Indices() = default;
  explicit Indices(const Shape& s) : shape(s), values(static_cast<std::size_t>(s.numel())) {}
  Indices(std::initializer_list<std::int32_t> list) : shape{static_cast<Index>(list.size())}, values(list) {}
  Index numel() const { return static_cast<Index>(values.size()); }
  std::int32_t operator[](Index i) const { return values[static_cast<std::size_t>(i)]; }
  std::int32_t& operator[](Index i) { return values[static_cast<std::size_t>(i)]; }
  // A copy of [begin, end), one-dimensional.
  Indices slice(Index begin, Index end) const {
    require(begin >= 0 && begin <= end && end <= numel(), "Indices::slice", "{} to {} were asked for, but there are {}",
            begin, end, numel());
    Indices out(Shape{end - begin});
    std::copy(values.begin() + begin, values.begin() + end, out.values.begin());
    return out;
  }
};

}  // namespace gradfold
