#pragma once
// Highway, fixed at compile time to the machine that compiles. Included in tensor/kernels/ only.
// Without HWY_COMPILE_ONLY_STATIC, Highway 1.0.3 refuses -march=native on AVX-512 machines.
#define HWY_COMPILE_ONLY_STATIC
#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <cstdint>

#include "tensor/real.h"

namespace gradfold {

namespace hn = hwy::HWY_NAMESPACE;

inline constexpr Index kLanes = HWY_LANES(Real);

// Whether a vector that begins here is one that writes past the cache take.
inline bool is_aligned(const Real* p) { return reinterpret_cast<std::uintptr_t>(p) % (kLanes * sizeof(Real)) == 0; }

}  // namespace gradfold
