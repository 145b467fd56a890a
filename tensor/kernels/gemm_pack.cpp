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
using Four = hn::CappedTag<Real, 4>;

// Four rows of four, read across and written down.
inline void transpose_4x4(Real* dst, Index dst_step, const Real* src, Index ld) {
  const Four d;
  const hn::Repartition<double, Four> pairs;
  const auto r0 = hn::LoadU(d, src), r1 = hn::LoadU(d, src + ld);
  const auto r2 = hn::LoadU(d, src + 2 * ld), r3 = hn::LoadU(d, src + 3 * ld);
  const auto lo01 = hn::BitCast(pairs, hn::InterleaveLower(d, r0, r1));
  const auto hi01 = hn::BitCast(pairs, hn::InterleaveUpper(d, r0, r1));
  const auto lo23 = hn::BitCast(pairs, hn::InterleaveLower(d, r2, r3));
  const auto hi23 = hn::BitCast(pairs, hn::InterleaveUpper(d, r2, r3));
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, lo01, lo23)), d, dst);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, lo01, lo23)), d, dst + dst_step);
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, hi01, hi23)), d, dst + 2 * dst_step);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, hi01, hi23)), d, dst + 3 * dst_step);
}

// The first depth / 4 * 4 elements of every row; returns how many.
Index pack_by_fours(Real* dst, Index dst_step, const Real* src, Index ld, Index depth, Index width) {
  if (!kFastKernels || width < 4) return 0;
  const Index done = depth / 4 * 4;
  for (Index p = 0; p < done; p += 4) {
    Index i = 0;
    for (; i + 4 <= width; i += 4) transpose_4x4(dst + p * dst_step + i, dst_step, src + i * ld + p, ld);
    // The last rows once more together with some before them: the same values are written again.
    if (i < width) transpose_4x4(dst + p * dst_step + width - 4, dst_step, src + (width - 4) * ld + p, ld);
  }
  return done;
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
