#pragma once
// Copies of matrix panels in the order in which the micro-kernel reads them.
#include <memory>

#include "tensor/real.h"

namespace gradfold::micro {

// dst[p * dst_step + i] = src[p * ld + i] for p < depth, i < width.
void pack_straight(Real* dst, Index dst_step, const Real* src, Index ld, Index depth, Index width);

// dst[p * dst_step + i] = src[i * ld + p] for p < depth, i < width.
void pack_transposed(Real* dst, Index dst_step, const Real* src, Index ld, Index depth, Index width);

// Memory for packing that a thread keeps from call to call; aligned to a cache line, never shrinks.
class Scratch {
 public:
  Real* get(Index size);

 private:
  struct Free { void operator()(void* p) const; };
  std::unique_ptr<Real, Free> data_;
  Index size_ = 0;
};

}  // namespace gradfold::micro
