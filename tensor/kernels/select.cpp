#include "tensor/kernels/select.h"

#include "tensor/kernels/simd.h"

namespace gradfold {

// Most vectors hold nothing, so two are compared before anything is stored. Compress and a store of the whole vector
// instead of CompressStore: the latter takes a hundred cycles on some processors.
Index select_at_most(const Real* x, Index n, Real limit, std::int32_t first, Real* values, std::int32_t* positions) {
  if constexpr (kFastKernels) {
    const hn::ScalableTag<float> d;
    const hn::ScalableTag<std::int32_t> di;
    const Index lanes = static_cast<Index>(hn::Lanes(d));
    static_assert(hn::MaxLanes(d) <= kSelectSlack);
    const auto bound = hn::Set(d, static_cast<float>(limit));
    Index found = 0, i = 0;
    const auto append = [&](auto v, auto mask, Index at) {
      const auto place = hn::Iota(di, static_cast<std::int32_t>(first + at));
      hn::StoreU(hn::Compress(v, mask), d, reinterpret_cast<float*>(values) + found);
      hn::StoreU(hn::Compress(place, hn::RebindMask(di, mask)), di, positions + found);
      found += static_cast<Index>(hn::CountTrue(d, mask));
    };
    const float* from = reinterpret_cast<const float*>(x);
    for (; i + 2 * lanes <= n; i += 2 * lanes) {
      const auto a = hn::LoadU(d, from + i), b = hn::LoadU(d, from + i + lanes);
      const auto below_a = hn::Le(a, bound), below_b = hn::Le(b, bound);
      if (hn::AllFalse(d, hn::Or(below_a, below_b))) continue;
      append(a, below_a, i);
      append(b, below_b, i + lanes);
    }
    return found + select_at_most_ref(x + i, n - i, limit, first + static_cast<std::int32_t>(i), values + found,
                                      positions + found);
  }
  return select_at_most_ref(x, n, limit, first, values, positions);
}

Index select_at_most_ref(const Real* x, Index n, Real limit, std::int32_t first, Real* values,
                         std::int32_t* positions) {
  Index found = 0;
  for (Index i = 0; i < n; ++i) {
    if (!(x[i] <= limit)) continue;
    values[found] = x[i];
    positions[found++] = first + static_cast<std::int32_t>(i);
  }
  return found;
}

}  // namespace gradfold
