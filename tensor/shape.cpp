#include "tensor/shape.h"

#include <algorithm>
#include <fmt/format.h>

#include "tensor/check.h"

namespace gradfold {

Shape::Shape(std::initializer_list<Index> dims) {
  for (Index d : dims) push_back(d);
}

Shape Shape::filled(int rank, Index value) {
  Shape s;
  for (int d = 0; d < rank; ++d) s.push_back(value);
  return s;
}

int Shape::dim(int d, std::string_view who) const {
  require(d >= -rank_ && d < rank_, who, "dimension {} does not exist in {}; it must be from {} to {}", d,
          *this, -rank_, rank_ - 1);
  return d < 0 ? d + rank_ : d;
}

void Shape::push_back(Index size) { insert(rank_, size); }

void Shape::insert(int dim, Index size) {
  require(rank_ < kMaxRank, "Shape", "{} has {} dimensions already; at most {} are supported", *this, rank_,
          kMaxRank);
  std::copy_backward(dims_.begin() + dim, dims_.begin() + rank_, dims_.begin() + rank_ + 1);
  dims_[dim] = size;
  ++rank_;
}

void Shape::erase(int dim) {
  std::copy(dims_.begin() + dim + 1, dims_.begin() + rank_, dims_.begin() + dim);
  --rank_;
}

std::string Shape::str() const { return fmt::format("[{}]", fmt::join(begin(), end(), ", ")); }

Shape contiguous_strides(const Shape& shape) {
  Shape strides = shape;
  Index step = 1;
  for (int d = shape.rank() - 1; d >= 0; --d) {
    strides[d] = step;
    step *= shape[d];
  }
  return strides;
}

Shape index_at(Index flat, const Shape& shape) {
  Shape at = shape;
  for (int d = shape.rank() - 1; d >= 0; --d) {
    at[d] = flat % shape[d];
    flat /= shape[d];
  }
  return at;
}

Shape broadcast(const Shape& a, const Shape& b, std::string_view who) {
  if (a == b) return a;
  const int rank = std::max(a.rank(), b.rank());
  Shape out = Shape::filled(rank, 1);
  for (int d = 1; d <= rank; ++d) {
    const Index x = d <= a.rank() ? a[a.rank() - d] : 1;
    const Index y = d <= b.rank() ? b[b.rank() - d] : 1;
    require(x == y || x == 1 || y == 1, who,
            "{} and {} cannot be combined: sizes {} and {} differ (dimensions are matched from the right, and "
            "must be equal or 1)",
            a, b, x, y);
    out[rank - d] = x == 1 ? y : x;
  }
  return out;
}

}  // namespace gradfold

auto fmt::formatter<gradfold::Shape>::format(const gradfold::Shape& shape, format_context& ctx) const
    -> format_context::iterator {
  return formatter<string_view>::format(shape.str(), ctx);
}
