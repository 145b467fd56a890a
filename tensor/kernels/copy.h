#pragma once
#include "tensor/shape.h"

namespace gradfold {

// dst[i] = src[i] for every position i of `shape`, each side with strides of its own (elements; 0 and
// negative ones too in src). The sides do not overlap. Transposed sides are copied in tiles that stay in
// the cache.
void copy_strided(const Real* src, const Shape& shape, const Shape& src_strides, Real* dst,
                  const Shape& dst_strides);
// The same, one element at a time.
void copy_strided_ref(const Real* src, const Shape& shape, const Shape& src_strides, Real* dst,
                      const Shape& dst_strides);

}  // namespace gradfold
