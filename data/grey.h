#pragma once
#include "tensor/map.h"

namespace gradfold {

// Bytes 0..255 to grey levels 0..1, in place (contiguous): v / 255, as PyTorch's and NumPy's loaders round it.
inline void divide_by_255(Tensor& x) {
  Real* v = x.data();
  parallel_for(x.numel(), kMapGrain, [v](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) v[i] /= 255;
  });
}

}  // namespace gradfold
