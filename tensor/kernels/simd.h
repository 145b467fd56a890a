#pragma once
// Highway, fixed at compile time to the machine that compiles. Included by tensor/kernels/*.cpp only.
// Without HWY_COMPILE_ONLY_STATIC, Highway 1.0.3 refuses -march=native on AVX-512 machines.
#define HWY_COMPILE_ONLY_STATIC
#include <hwy/highway.h>

#include "tensor/real.h"

namespace gradfold {

namespace hn = hwy::HWY_NAMESPACE;

}  // namespace gradfold
