#pragma once
#include <cstdint>

#include "tensor/real.h"

namespace gradfold {

// The numbers of x[n] that are at most `limit` (NaN is not), in order, and where they stand, counted from `first`.
// Returns how many. `values` and `positions` need room for kSelectSlack more than that; `values` may be x.
inline constexpr Index kSelectSlack = 64;
Index select_at_most(const Real* x, Index n, Real limit, std::int32_t first, Real* values, std::int32_t* positions);
Index select_at_most_ref(const Real* x, Index n, Real limit, std::int32_t first, Real* values,
                         std::int32_t* positions);

}  // namespace gradfold
