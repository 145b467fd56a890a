#include "tensor/tensor.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "tensor/kernels/copy.h"

namespace gradfold {

namespace {

// Sizes whose product, in bytes, would not fit into an Index wrap around to a small one: not past here.
const Shape& checked(const Shape& shape) {
  constexpr double kMost = 0x1p60;
  double elements = 1;
  for (Index d : shape) {
    require(d >= 0, "Tensor", "shape {} has a negative size; all must be 0 or more", shape);
    elements *= static_cast<double>(std::max<Index>(d, 1));
  }
  require(elements * sizeof(Real) < kMost, "Tensor", "shape {} holds {:.2g} numbers, more than any memory", shape,
          elements);
  return shape;
}

}  // namespace

Tensor::Tensor(const Shape& shape)
    : buffer_(checked(shape).numel()), shape_(shape), strides_(contiguous_strides(shape)) {}

Tensor Tensor::zeros(const Shape& shape) { return full(shape, 0); }
Tensor Tensor::ones(const Shape& shape) { return full(shape, 1); }

Tensor Tensor::full(const Shape& shape, Real value) {
  Tensor x(shape);
  x.fill(value);
  return x;
}

Tensor Tensor::scalar(Real value) { return full({}, value); }

Tensor Tensor::arange(Index n) {
  Tensor x({n});
  for (Index i = 0; i < n; ++i) x.data()[i] = static_cast<Real>(i);
  return x;
}

Tensor Tensor::from(const std::vector<Real>& values, const Shape& shape) {
  require(static_cast<Index>(values.size()) == shape.numel(), "Tensor::from",
          "{} values cannot fill shape {}, which holds {}", values.size(), shape, shape.numel());
  Tensor x(shape);
  std::copy(values.begin(), values.end(), x.data());
  return x;
}

Tensor Tensor::from(std::initializer_list<Real> values) {
  return from(std::vector<Real>(values), {static_cast<Index>(values.size())});
}

// Row-major: each dimension of more than one element steps over all that follow it.
bool Tensor::is_contiguous() const {
  Index step = 1;
  for (int d = rank() - 1; d >= 0; --d) {
    if (shape_[d] != 1 && strides_[d] != step) return numel() == 0;
    step *= shape_[d];
  }
  return true;
}

Real* Tensor::data() { return const_cast<Real*>(std::as_const(*this).data()); }

const Real* Tensor::data() const {
  require(is_contiguous(), "data",
          "this tensor is a view {} with strides {}, not row-major memory; hint: call contiguous() first", shape_,
          strides_);
  return origin();
}

Index Tensor::offset_of(std::initializer_list<Index> index) const {
  require(defined(), "at", "this tensor is undefined; it must hold numbers");
  require(static_cast<int>(index.size()) == rank(), "at",
          "{} indices were given for {}; one is needed for each dimension", index.size(), shape_);
  Index offset = 0;
  int d = 0;
  for (Index i : index) {
    require(i >= 0 && i < shape_[d], "at",
            "index {} is out of range for dimension {} of {}; it must be from 0 to {}", i, d, shape_, shape_[d] - 1);
    offset += i * strides_[d++];
  }
  return offset;
}

Real Tensor::at(std::initializer_list<Index> index) const { return origin()[offset_of(index)]; }
void Tensor::set(std::initializer_list<Index> index, Real value) { origin()[offset_of(index)] = value; }

Real Tensor::item() const {
  require(defined() && numel() == 1, "item", "this tensor is {} and does not hold exactly one number", shape_);
  return *origin();
}

std::vector<Real> Tensor::to_vector() const {
  if (!defined()) return {};
  const Tensor x = contiguous();
  return std::vector<Real>(x.data(), x.data() + x.numel());
}

// ---- views ---------------------------------------------------------------------------------------

Tensor Tensor::view(const Shape& shape, const Shape& strides, Index offset) const {
  Tensor out;
  out.buffer_ = buffer_;
  out.shape_ = shape;
  out.strides_ = strides;
  out.offset_ = offset;
  return out;
}

Tensor Tensor::reshape(const Shape& shape) const {
  Shape full = shape;
  int unknown = -1;
  Index known = 1;
  for (int d = 0; d < shape.rank(); ++d) {
    if (shape[d] == -1) {
      require(unknown < 0, "reshape", "{} has more than one -1; at most one size can be left open", shape);
      unknown = d;
      continue;
    }
    require(shape[d] >= 0, "reshape", "{} has the size {}; sizes are 0 or more, or one -1 for what is left", shape,
            shape[d]);
    known *= shape[d];
  }
  if (unknown >= 0 && known > 0) full[unknown] = numel() / known;
  require((unknown < 0 || known > 0) && full.numel() == numel(), "reshape",
          "{} holds {} numbers, which do not fit into {}", shape_, numel(), shape);
  if (is_contiguous()) return view(full, contiguous_strides(full), offset_);
  return contiguous().reshape(full);
}

Tensor Tensor::flatten(int from_dim) const {
  const int from = rank() == 0 ? 0 : shape_.dim(from_dim, "flatten");
  Shape flat;
  Index rest = 1;
  for (int d = 0; d < rank(); ++d) {
    if (d < from) flat.push_back(shape_[d]);
    else rest *= shape_[d];
  }
  flat.push_back(rest);
  return reshape(flat);
}

Tensor Tensor::transpose(int a, int b) const {
  a = shape_.dim(a, "transpose"), b = shape_.dim(b, "transpose");
  Shape shape = shape_, strides = strides_;
  std::swap(shape[a], shape[b]);
  std::swap(strides[a], strides[b]);
  return view(shape, strides, offset_);
}

Tensor Tensor::permute(const std::vector<int>& dims) const {
  require(static_cast<int>(dims.size()) == rank(), "permute", "{} dimensions were named for {}; all must be",
          dims.size(), shape_);
  Shape shape, strides;
  unsigned used = 0;
  for (int d : dims) {
    d = shape_.dim(d, "permute");
    require(!(used >> d & 1u), "permute", "dimension {} is named twice", d);
    used |= 1u << d;
    shape.push_back(shape_[d]);
    strides.push_back(strides_[d]);
  }
  return view(shape, strides, offset_);
}

Tensor Tensor::slice(int dim, Index begin, Index end, Index step) const {
  dim = shape_.dim(dim, "slice");
  require(0 <= begin && begin <= end && end <= shape_[dim] && step >= 1, "slice",
          "[{}, {}) with step {} does not fit dimension {} of {}; it needs 0 <= begin <= end <= {} and step >= 1",
          begin, end, step, dim, shape_, shape_[dim]);
  Shape shape = shape_, strides = strides_;
  shape[dim] = (end - begin + step - 1) / step;
  strides[dim] *= step;
  return view(shape, strides, offset_ + begin * strides_[dim]);
}

Tensor Tensor::select(int dim, Index index) const {
  dim = shape_.dim(dim, "select");
  require(index >= 0 && index < shape_[dim], "select",
          "index {} is out of range for dimension {} of {}; it must be from 0 to {}", index, dim, shape_,
          shape_[dim] - 1);
  return slice(dim, index, index + 1).squeeze(dim);
}

Tensor Tensor::squeeze(int dim) const {
  dim = shape_.dim(dim, "squeeze");
  require(shape_[dim] == 1, "squeeze", "dimension {} of {} has size {}; only a size of 1 can go", dim, shape_,
          shape_[dim]);
  Shape shape = shape_, strides = strides_;
  shape.erase(dim);
  strides.erase(dim);
  return view(shape, strides, offset_);
}

Tensor Tensor::unsqueeze(int dim) const {
  require(dim >= -rank() - 1 && dim <= rank(), "unsqueeze", "a dimension cannot be put at {} of {}", dim, shape_);
  if (dim < 0) dim += rank() + 1;
  Shape shape = shape_, strides = strides_;
  shape.insert(dim, 1);
  strides.insert(dim, 1);
  return view(shape, strides, offset_);
}

Tensor Tensor::expand(const Shape& shape) const {
  require(broadcast(shape_, shape, "expand") == shape, "expand", "{} does not broadcast to {}", shape_, shape);
  Shape strides = Shape::filled(shape.rank(), 0);
  const int lead = shape.rank() - rank();
  for (int d = 0; d < rank(); ++d) {
    if (shape_[d] == shape[lead + d]) strides[lead + d] = strides_[d];
  }
  return view(shape, strides, offset_);
}

Tensor Tensor::flip(int dim) const {
  dim = shape_.dim(dim, "flip");
  if (shape_[dim] == 0) return *this;
  Shape strides = strides_;
  strides[dim] = -strides_[dim];
  return view(shape_, strides, offset_ + (shape_[dim] - 1) * strides_[dim]);
}

// ---- copies --------------------------------------------------------------------------------------

Tensor Tensor::contiguous() const { return is_contiguous() ? *this : clone(); }

Tensor Tensor::clone() const {
  if (!defined()) return {};
  Tensor out(shape_);
  out.copy_from(*this);
  return out;
}

void Tensor::fill(Real value) {
  require(defined(), "fill", "this tensor is undefined and has no memory to fill; hint: make it with a shape first");
  const Shape zeros = Shape::filled(rank(), 0);
  if (numel() > 0) copy_strided(&value, shape_, zeros, origin(), strides_);
}

void Tensor::copy_from(const Tensor& other) {
  require(defined() && other.defined(), "copy_from", "one of the two tensors is undefined; both must hold numbers");
  if (numel() == 0) return;
  const Tensor source = other.expand(shape_);
  copy_strided(source.origin(), shape_, source.strides_, origin(), strides_);
}

bool identical(const Tensor& a, const Tensor& b) {
  if (a.defined() != b.defined() || !(a.shape() == b.shape())) return false;
  if (!a.defined() || a.numel() == 0) return true;
  const Tensor x = a.contiguous(), y = b.contiguous();
  return std::memcmp(x.data(), y.data(), static_cast<std::size_t>(x.numel()) * sizeof(Real)) == 0;
}

bool allclose(const Tensor& a, const Tensor& b, double rtol, double atol) {
  if (a.defined() != b.defined() || !(a.shape() == b.shape())) return false;
  if (!a.defined()) return true;
  const Tensor x = a.contiguous(), y = b.contiguous();
  for (Index i = 0; i < x.numel(); ++i) {
    const double p = x.data()[i], q = y.data()[i];
    if (p != q && !(std::abs(p - q) <= atol + rtol * std::abs(q))) return false;
  }
  return true;
}

}  // namespace gradfold
