#include "tensor/kernels/gemm_pack.h"

#include <sys/mman.h>

#include <cstdlib>
#include <cstring>
#include <new>

#include "tensor/kernels/simd.h"

namespace gradfold::micro {
namespace {

constexpr size_t kHugePage = size_t{1} << 21;

#if HWY_TARGET != HWY_SCALAR
// Reads four rows of as many as D holds. put(p, v) gets columns p and, from vectors of eight, p + 4: each is four
// numbers, in the lower and the upper half of v.
template <class D, class Put>
inline void transpose_blocks(D d, const Real* src, Index ld, Put put) {
  const hn::Repartition<double, D> pairs;
  const auto r0 = hn::LoadU(d, src), r1 = hn::LoadU(d, src + ld);
  const auto r2 = hn::LoadU(d, src + 2 * ld), r3 = hn::LoadU(d, src + 3 * ld);
  const auto lo01 = hn::BitCast(pairs, hn::InterleaveLower(d, r0, r1));
  const auto hi01 = hn::BitCast(pairs, hn::InterleaveUpper(d, r0, r1));
  const auto lo23 = hn::BitCast(pairs, hn::InterleaveLower(d, r2, r3));
  const auto hi23 = hn::BitCast(pairs, hn::InterleaveUpper(d, r2, r3));
  put(0, hn::BitCast(d, hn::InterleaveLower(pairs, lo01, lo23)));
  put(1, hn::BitCast(d, hn::InterleaveUpper(pairs, lo01, lo23)));
  put(2, hn::BitCast(d, hn::InterleaveLower(pairs, hi01, hi23)));
  put(3, hn::BitCast(d, hn::InterleaveUpper(pairs, hi01, hi23)));
}

// Four rows of four, read across and written down.
inline void transpose_4x4(Real* dst, Index dst_step, const Real* src, Index ld) {
  const hn::CappedTag<Real, 4> d;
  transpose_blocks(d, src, ld, [&](Index p, auto column) { hn::StoreU(column, d, dst + p * dst_step); });
}

#if HWY_TARGET <= HWY_AVX2
// The same for two neighbouring blocks of four, in the two halves of each vector.
inline void transpose_4x8(Real* dst, Index dst_step, const Real* src, Index ld) {
  const hn::CappedTag<Real, 8> d;
  const hn::Half<decltype(d)> half;
  transpose_blocks(d, src, ld, [&](Index p, auto columns) {
    hn::StoreU(hn::LowerHalf(half, columns), half, dst + p * dst_step);
    hn::StoreU(hn::UpperHalf(half, columns), half, dst + (p + 4) * dst_step);
  });
}
#else
inline void transpose_4x8(Real* dst, Index dst_step, const Real* src, Index ld) {
  transpose_4x4(dst, dst_step, src, ld);
  transpose_4x4(dst + 4 * dst_step, dst_step, src + 4, ld);
}
#endif

// The first depth / 4 * 4 elements of every row; returns how many.
Index pack_by_fours(Real* dst, Index dst_step, const Real* src, Index ld, Index depth, Index width) {
  if (!kFastKernels || width < 4) return 0;
  // `transpose` on rows 0-3, 4-7, ...; the last rows once more together with some before them: the same
  // values are written again.
  const auto block = [&](Index p, auto transpose) {
    Index i = 0;
    for (; i + 4 <= width; i += 4) transpose(dst + p * dst_step + i, dst_step, src + i * ld + p, ld);
    if (i < width) transpose(dst + p * dst_step + width - 4, dst_step, src + (width - 4) * ld + p, ld);
  };
  Index p = 0;
  for (; p + 8 <= depth; p += 8) block(p, [](auto... args) { transpose_4x8(args...); });
  if (p + 4 <= depth) block(p, [](auto... args) { transpose_4x4(args...); }), p += 4;
  return p;
}
#else
Index pack_by_fours(Real*, Index, const Real*, Index, Index, Index) { return 0; }
#endif

}  // namespace

void pack_straight(Real* dst, Index dst_step, const Real* src, Index ld, Index depth, Index width) {
  for (Index p = 0; p < depth; ++p)
    std::memcpy(dst + p * dst_step, src + p * ld, static_cast<size_t>(width) * sizeof(Real));
}

void pack_transposed(Real* dst, Index dst_step, const Real* src, Index ld, Index depth, Index width) {
  for (Index p = pack_by_fours(dst, dst_step, src, ld, depth, width); p < depth; ++p)
    for (Index i = 0; i < width; ++i) dst[p * dst_step + i] = src[i * ld + p];
}

void Scratch::Free::operator()(void* p) const { std::free(p); }

Real* Scratch::get(Index size) {
  if (size > size_) {
    // Large blocks on large pages where the system has them: packing jumps from page to page.
    const size_t bytes = static_cast<size_t>(size) * sizeof(Real), unit = bytes < kHugePage / 8 ? 4096 : kHugePage;
    const size_t rounded = (bytes + unit - 1) / unit * unit;
    data_.reset(static_cast<Real*>(std::aligned_alloc(unit, rounded)));
    if (!data_) throw std::bad_alloc();
#ifdef MADV_HUGEPAGE
    if (unit == kHugePage) madvise(data_.get(), rounded, MADV_HUGEPAGE);
#endif
    size_ = size;
  }
  return data_.get();
}

}  // namespace gradfold::micro
