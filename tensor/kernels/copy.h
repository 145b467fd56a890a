#pragma once
#include "tensor/shape.h"

namespace gradfold {

// dst[i, j, ...] = src[i, j, ...] for every index of `shape`, each side with strides of its own (0 repeats
// an element, negative walks backwards). src and dst must not overlap.
void copy_strided(const Real* src, const Shape& shape, const Shape& src_strides, Real* dst, const Shape& dst_strides);

}  // namespace gradfold
