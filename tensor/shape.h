#pragma once
#include <array>
#include <initializer_list>
#include <string>

#include <fmt/core.h>

#include "tensor/real.h"

namespace gradfold {

// Sizes (or strides) of up to six dimensions, kept in place so that copying one allocates nothing.
class Shape {
 public:
  static constexpr int kMaxRank = 6;

  Shape() = default;
  Shape(std::initializer_list<Index> dims);
  // `rank` dimensions of the same size.
  static Shape filled(int rank, Index value);

  int rank() const { return rank_; }
  Index operator[](int dim) const { return dims_[dim]; }
  Index& operator[](int dim) { return dims_[dim]; }
  const Index* begin() const { return dims_.data(); }
  const Index* end() const { return dims_.data() + rank_; }
  // Number of elements: the product of all sizes, 1 for rank 0.
  Index numel() const {
    Index n = 1;
    for (Index d : *this) n *= d;
    return n;
  }
  // Dimension number with Python's negative counting (-1 is the last); throws when out of range.
  int dim(int d, std::string_view who) const;

  void push_back(Index size);
  void insert(int dim, Index size);
  void erase(int dim);

  bool operator==(const Shape& other) const {
    if (rank_ != other.rank_) return false;
    for (int d = 0; d < rank_; ++d) {
      if (dims_[d] != other.dims_[d]) return false;
    }
    return true;
  }
  // "[32, 1, 28, 28]"
  std::string str() const;

 private:
  std::array<Index, kMaxRank> dims_{};
  int rank_ = 0;
};

// Strides of a row-major (C-contiguous) array: [32, 1, 28, 28] -> [784, 784, 28, 1].
Shape contiguous_strides(const Shape& shape);

// Where element number `flat` of row-major order is: index_at(7, [2, 3, 2]) is [1, 0, 1].
Shape index_at(Index flat, const Shape& shape);

// The shape that a and b broadcast to, by NumPy's rule: aligned at the right, sizes equal or one of
// them 1. Throws an Error naming `who` and both shapes.
Shape broadcast(const Shape& a, const Shape& b, std::string_view who);

}  // namespace gradfold

template <>
struct fmt::formatter<gradfold::Shape> : fmt::formatter<fmt::string_view> {
  auto format(const gradfold::Shape& shape, format_context& ctx) const -> format_context::iterator;
};
