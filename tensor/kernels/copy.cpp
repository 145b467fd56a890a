#include "tensor/kernels/copy.h"

namespace gradfold {
namespace {

void copy_dim(const Real* src, const Shape& shape, const Shape& ss, Real* dst, const Shape& ds, int dim) {
  if (dim == shape.rank()) {
    *dst = *src;
    return;
  }
  const Index n = shape[dim], s = ss[dim], d = ds[dim];
  if (dim + 1 == shape.rank()) {
    for (Index i = 0; i < n; ++i) dst[i * d] = src[i * s];
    return;
  }
  for (Index i = 0; i < n; ++i) copy_dim(src + i * s, shape, ss, dst + i * d, ds, dim + 1);
}

}  // namespace

void copy_strided(const Real* src, const Shape& shape, const Shape& src_strides, Real* dst, const Shape& dst_strides) {
  copy_dim(src, shape, src_strides, dst, dst_strides, 0);
}

}  // namespace gradfold
