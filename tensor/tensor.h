#pragma once
#include <string>
#include <vector>

#include "tensor/buffer.h"
#include "tensor/check.h"
#include "tensor/shape.h"

namespace gradfold {

// A handle on shared memory with a shape, strides and an offset. Copying a Tensor copies the handle, as in
// PyTorch; clone() copies the numbers. Views (transpose, slice, expand, ...) share memory and cost nothing.
// Functions that need row-major memory call contiguous(); data() insists on it.
//
// A const Tensor gives read access only: what a gradient closure has captured it cannot change.
class Tensor {
 public:
  Tensor() = default;                    // undefined: no memory, defined() is false
  explicit Tensor(const Shape& shape);   // memory is not initialised
  static Tensor zeros(const Shape& shape);
  static Tensor ones(const Shape& shape);
  static Tensor full(const Shape& shape, Real value);
  static Tensor scalar(Real value);                 // shape []
  static Tensor arange(Index n);                    // 0, 1, ..., n-1
  // The numbers in row-major order; throws unless values.size() == shape.numel().
  static Tensor from(const std::vector<Real>& values, const Shape& shape);
  static Tensor from(std::initializer_list<Real> values);  // shape [n]

  bool defined() const { return static_cast<bool>(buffer_); }
  const Shape& shape() const { return shape_; }
  const Shape& strides() const { return strides_; }
  int rank() const { return shape_.rank(); }
  Index numel() const { return shape_.numel(); }
  // Size of one dimension; negative counts from the back.
  Index size(int dim) const { return shape_[shape_.dim(dim, "size")]; }

  bool is_contiguous() const;
  // Row-major memory; throws if the tensor is a view that is not contiguous.
  Real* data();
  const Real* data() const;
  // The first element whatever the strides: for kernels that walk strides themselves.
  Real* origin() { return buffer_.data() + offset_; }
  const Real* origin() const { return buffer_.data() + offset_; }
  // True when no other handle shares the memory.
  bool unique() const { return buffer_.unique(); }
  bool shares_memory_with(const Tensor& other) const { return buffer_.same_as(other.buffer_); }

  // One element: x.at({n, c, h, w}); the only element: x.item().
  Real at(std::initializer_list<Index> index) const;
  void set(std::initializer_list<Index> index, Real value);
  Real item() const;
  std::vector<Real> to_vector() const;

  // ---- views -------------------------------------------------------------------------------------
  // Same numbers in row-major order under another shape; one size may be -1. Copies if the strides force it.
  Tensor reshape(const Shape& shape) const;
  Tensor flatten(int from_dim = 0) const;                       // dimensions from_dim.. become one
  Tensor transpose(int a, int b) const;
  Tensor permute(const std::vector<int>& dims) const;
  Tensor permute(std::initializer_list<int> dims) const { return permute(std::vector<int>(dims)); }
  Tensor slice(int dim, Index begin, Index end, Index step = 1) const;  // [begin, end)
  Tensor select(int dim, Index index) const;                    // drops the dimension
  Tensor squeeze(int dim) const;
  Tensor unsqueeze(int dim) const;
  Tensor expand(const Shape& shape) const;                      // broadcast by stride 0
  Tensor flip(int dim) const;                                   // negative stride

  // ---- copies ------------------------------------------------------------------------------------
  Tensor contiguous() const;   // *this if it already is
  Tensor clone() const;
  void fill(Real value);
  // Copies other's numbers here; other is broadcast to this shape.
  void copy_from(const Tensor& other);

  // Numbers as a person reads them: shape, rows and columns aligned, long dimensions abbreviated.
  std::string str() const;

 private:
  Tensor view(const Shape& shape, const Shape& strides, Index offset) const;
  Index offset_of(std::initializer_list<Index> index) const;

  Buffer buffer_;
  Shape shape_;
  Shape strides_;
  Index offset_ = 0;
};

// True when shapes and all numbers are equal bit for bit (so NaN equals the same NaN, and 0 is not -0).
bool identical(const Tensor& a, const Tensor& b);
// True when shapes are equal and |a - b| <= atol + rtol * |b| everywhere.
bool allclose(const Tensor& a, const Tensor& b, double rtol = 1e-5, double atol = 1e-6);

}  // namespace gradfold
