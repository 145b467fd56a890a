#include "tensor/kernels/copy.h"

#include <algorithm>
#include <cstdlib>

#include "tensor/kernels/gemm_pack.h"
#include "tensor/kernels/nest.h"
#include "tensor/parallel.h"

namespace gradfold {
namespace {

constexpr Index kCopyTile = 32;  // 32 x 32 elements fit the first-level cache
// Tiles of one 256 x 256 patch follow each other: its pages stay in the processor's table of pages.
constexpr Index kPatch = 256;

void copy_run(const Real* src, Index src_step, Real* dst, Index dst_step, Index n) {
  if (dst_step == 1 && src_step == 1) {
    std::copy_n(src, n, dst);
  } else if (dst_step == 1 && src_step == 0) {
    std::fill_n(dst, n, *src);
  } else {
    for (Index i = 0; i < n; ++i) dst[i * dst_step] = src[i * src_step];
  }
}

// The loop along which src is contiguous while dst is along the innermost one; -1 where there is none.
int transposed_loop(const Nest<2>& nest) {
  if (nest.inner().stride[0] != 1 || nest.inner().stride[1] == 1) return -1;
  for (int d = 0; d + 1 < nest.rank; ++d) {
    if (nest.loops[d].stride[1] == 1) return d;
  }
  return -1;
}

// rows x cols elements, dst contiguous along cols and src along rows.
void copy_patch(const Real* src, Index src_col, Real* dst, Index dst_row, Index rows, Index cols) {
  for (Index r = 0; r < rows; r += kCopyTile) {
    for (Index c = 0; c < cols; c += kCopyTile) {
      micro::pack_transposed(dst + r * dst_row + c, dst_row, src + r + c * src_col, src_col,
                             std::min(kCopyTile, rows - r), std::min(kCopyTile, cols - c));
    }
  }
}

// `rows_loop` is moved next to the innermost loop; what is left outside is walked element by element.
void copy_transposed(const Nest<2>& nest, int rows_loop, const Real* src, Real* dst) {
  const auto rows = nest.loops[rows_loop], cols = nest.inner();
  Nest<2> outer = nest;
  outer.loops[nest.rank - 1] = {1, {}};
  outer.loops[rows_loop] = {1, {}};
  const Index down = (rows.size + kPatch - 1) / kPatch, across = (cols.size + kPatch - 1) / kPatch;
  const Index patch = std::min(rows.size, kPatch) * std::min(cols.size, kPatch);
  parallel_for(nest.numel / (rows.size * cols.size) * down * across, std::max<Index>(1, kMapGrain / patch),
               [&](Index begin, Index end) {
    for (Index job = begin; job < end; ++job) {
      const Index place = job / (down * across), r = job / across % down * kPatch, c = job % across * kPatch;
      walk(outer, place, place + 1, [&](const std::array<Index, 2>& at, Index) {
        copy_patch(src + at[1] + r + c * cols.stride[1], cols.stride[1], dst + at[0] + r * rows.stride[0] + c,
                   rows.stride[0], std::min(kPatch, rows.size - r), std::min(kPatch, cols.size - c));
      });
    }
  });
}

}  // namespace

void copy_strided(const Real* src, const Shape& shape, const Shape& src_strides, Real* dst,
                  const Shape& dst_strides) {
  const auto nest = make_nest<2>(shape, {dst_strides, src_strides});
  if (nest.numel == 0) return;
  if (const int rows = transposed_loop(nest); rows >= 0) return copy_transposed(nest, rows, src, dst);
  const auto step = nest.inner().stride;
  parallel_for(nest.numel, kMapGrain, [&](Index begin, Index end) {
    walk(nest, begin, end, [&](const std::array<Index, 2>& at, Index n) {
      copy_run(src + at[1], step[1], dst + at[0], step[0], n);
    });
  });
}

void copy_strided_ref(const Real* src, const Shape& shape, const Shape& src_strides, Real* dst,
                      const Shape& dst_strides) {
  for (Index i = 0; i < shape.numel(); ++i) {
    Index rest = i, from = 0, to = 0;
    for (int d = shape.rank() - 1; d >= 0; --d) {
      from += rest % shape[d] * src_strides[d];
      to += rest % shape[d] * dst_strides[d];
      rest /= shape[d];
    }
    dst[to] = src[from];
  }
}

}  // namespace gradfold
