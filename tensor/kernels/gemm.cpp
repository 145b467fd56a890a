#include "tensor/kernels/gemm.h"

#include <algorithm>

#include "tensor/kernels/gemm_micro.h"
#include "tensor/kernels/gemm_pack.h"
#include "tensor/kernels/tasks.h"
#include "tensor/kernels/to_memory.h"
#include "tensor/parallel.h"

// How a product is cut up (after Goto and van de Geijn 2008, "Anatomy of high-performance matrix
// multiplication"):
//
//   blocks of depth     so that a panel of A (kRows x kBlockK, 21 KiB) stays in the first cache ...
//   spans of columns    ... while the panels of B in a span (576 KiB) pass by it from the second cache,
//   bands of rows       panel of A after panel of A; bands and spans are the tasks that threads share.
//
// Sizes in bytes are those of AVX-512's 14 x 32 tiles; with AVX2's 6 x 16 they are half as much or less.
//
// Operands are read in place unless that costs more than a copy: it does where the distance from row to row
// is so large that every row lies in another page (and, at powers of two, in the same few places of a cache).
namespace gradfold {
namespace {

using namespace micro;

constexpr Index kBlockK = 384;
constexpr Index kWholeK = 512;         // up to here one block, a panel of A of 28 KiB: C is passed over once
constexpr Index kSpan = 12;            // panels of B
constexpr Index kBlockM = kRows * 144;
constexpr Index kBlockPanels = 4096 / kCols;  // of B; what is packed at a time: 3 MiB of A, 6 MiB of B
constexpr Index kFarRows = 1024;          // rows at this distance (a page) are copied ...
constexpr Index kManyCols = kCols * 4;    // ... if a row of A meets more columns than this, which pays for the copy,
constexpr Index kManyRows = kRows * 3;    // and a panel of B more rows
constexpr Index kGemmTaskWork = 1 << 17;  // multiply-adds worth handing to another thread
constexpr Index kGemmTasks = 32;          // into which a block is cut, about
constexpr Index kPackWork = 1 << 16;      // elements to pack that are worth handing to another thread
constexpr Index kPanelsTogether = 8;

thread_local Scratch scratch_a, scratch_b;

// The part of a product that one round of packing and multiplying covers.
struct GemmBlock {
  const GemmArgs& g;
  Index i0, j0, p0, depth;
  Panels rows;
  Index n;
  bool pack_a, pack_b;
  Real* packed_a;
  Real* packed_b;  // of the panels that are copied: all, or the last one
  Epilogue epilogue;

  Index col_panels() const { return (n + kCols - 1) / kCols; }
  Index width(Index jp) const { return std::min(kCols, n - jp * kCols); }
  // B can be read in place where whole vectors are there to be read.
  bool copy_of_b(Index jp) const { return pack_b || width(jp) % kLanes != 0; }

  void pack_panel_a(Index ip) const {
    const Index i = i0 + rows.begin(ip), height = rows.length(ip);
    Real* dst = packed_a + rows.begin(ip) * depth;
    if (g.trans_a)
      pack_straight(dst, height, g.a + p0 * g.lda + i, g.lda, depth, height);
    else
      pack_transposed(dst, height, g.a + i * g.lda + p0, g.lda, depth, height);
  }

  Index copies_of_b() const { return pack_b ? col_panels() : copy_of_b(col_panels() - 1) ? 1 : 0; }
  Real* copied_panel_b(Index jp) const { return packed_b + (jp - col_panels() + copies_of_b()) * kCols * depth; }

  // Neighbouring panels together, so that rows of B are read in long pieces.
  void pack_panels_b(Index begin, Index end) const {
    const Index last = end - 1, j = j0 + begin * kCols;
    Real* dst = copied_panel_b(begin);
    if (width(last) < kCols) std::fill_n(copied_panel_b(last), kCols * depth, Real(0));
    if (g.trans_b) {
      for (Index jp = begin; jp < end; ++jp, dst += kCols * depth)
        pack_transposed(dst, kCols, g.b + (j0 + jp * kCols) * g.ldb + p0, g.ldb, depth, width(jp));
      return;
    }
    for (Index p = 0; p < depth; ++p, dst += kCols) {
      const Real* row = g.b + (p0 + p) * g.ldb + j;
      for (Index jp = begin; jp < last; ++jp)
        std::copy_n(row + (jp - begin) * kCols, kCols, dst + (jp - begin) * kCols * depth);
      std::copy_n(row + (last - begin) * kCols, width(last), dst + (last - begin) * kCols * depth);
    }
  }

  // A row of tiles: panel ip of A, panels [begin, end) of B.
  void multiply(Index ip, Index begin, Index end) const {
    if (begin + 1 < end && copy_of_b(end - 1) != copy_of_b(begin)) {
      multiply(ip, begin, end - 1);
      begin = end - 1;
    }
    const Index i = i0 + rows.begin(ip), j = j0 + begin * kCols;
    const TileC c{g.c + i * g.ldc + j, g.ldc, rows.length(ip), std::min(n, end * kCols) - begin * kCols};
    Epilogue e = epilogue;
    if (e.row_bias) e.row_bias += i;
    if (e.col_bias) e.col_bias += j;
    const PanelB b = copy_of_b(begin) ? PanelB{copied_panel_b(begin), kCols, kCols * depth}
                                      : PanelB{g.b + p0 * g.ldb + j, g.ldb, kCols};
    if (pack_a)
      run_tile(SideBySide{packed_a + rows.begin(ip) * depth, c.rows}, b, {depth}, c, e);
    else if (g.trans_a)
      run_tile(SideBySide{g.a + p0 * g.lda + i, g.lda}, b, {depth}, c, e);
    else
      run_tile(Rows{g.a + i * g.lda + p0, g.lda}, b, {depth}, c, e);
  }
};

void pack(const GemmBlock& block, bool first_rows) {
  if (block.pack_a) {
    const Index grain = std::max<Index>(1, kPackWork / (kRows * std::max<Index>(1, block.depth)));
    parallel_for(block.rows.count, grain, [&](Index begin, Index end) {
      for (Index ip = begin; ip < end; ++ip) block.pack_panel_a(ip);
    });
  }
  if (!first_rows) return;
  const Index panels = block.col_panels();
  if (block.pack_b)
    parallel_for(panels, kPanelsTogether, [&](Index begin, Index end) { block.pack_panels_b(begin, end); });
  else if (block.copy_of_b(panels - 1))
    block.pack_panels_b(panels - 1, panels);
}

// Tasks are about equally large. Those of a span follow one another, so that each thread keeps it in its cache.
// A panel of A meets all panels of B in the span before the next: the rows of C stay the same for a while, which
// spares the processor's table of pages.
void multiply(const GemmBlock& block) {
  const Index row_panels = block.rows.count, col_panels = block.col_panels();
  const Index work = block.rows.size * block.n * std::max<Index>(1, block.depth);
  const Index wanted = std::min(kGemmTasks, (work + kGemmTaskWork - 1) / kGemmTaskWork);
  const Panels spans(col_panels, kSpan);
  const Index bands_wanted = std::clamp<Index>(wanted / spans.count, 1, row_panels);  // a panel each at least
  const Panels bands = Panels::into(bands_wanted, row_panels);
  parallel_for(bands.count * spans.count, 1, [&](Index begin, Index end) {
    for (Index t = begin; t < end; ++t) {
      const Index j = t / bands.count, i = t % bands.count;
      for (Index ip = bands.begin(i); ip < bands.begin(i + 1); ++ip)
        block.multiply(ip, spans.begin(j), spans.begin(j + 1));
    }
    if (block.epilogue.to_memory) flush_to_memory();
  });
}

void gemm_fast(const GemmArgs& g) {
  const bool pack_a = g.n > kManyCols && g.lda >= kFarRows;
  const bool pack_b = g.trans_b || (g.m > kManyRows && g.ldb >= kFarRows);
  const bool written_once = g.k <= kWholeK && g.beta == 0;
  const bool past_cache = written_once && g.m * g.n > kCacheSize && tiles_are_aligned(g.c, g.ldc);
  const Panels depths(std::max<Index>(1, g.k), g.k <= kWholeK ? kWholeK : kBlockK);
  const Panels row_blocks(g.m, pack_a ? kBlockM : g.m);
  // Of whole tiles: a block that began amid one could not be written past the cache.
  const Index tiles = (g.n + kCols - 1) / kCols;
  const Panels col_blocks(tiles, pack_b ? kBlockPanels : tiles);
  for (Index jb = 0; jb < col_blocks.count; ++jb)
    for (Index pb = 0; pb < depths.count; ++pb)
      for (Index ib = 0; ib < row_blocks.count; ++ib) {
        const bool first = pb == 0, last = pb + 1 == depths.count;
        const Index depth = g.k > 0 ? depths.length(pb) : 0;
        const Panels rows(row_blocks.length(ib), kRows);
        const Index j0 = col_blocks.begin(jb) * kCols, n = std::min(g.n, col_blocks.begin(jb + 1) * kCols) - j0;
        GemmBlock block{.g = g, .i0 = row_blocks.begin(ib), .j0 = j0,
                    .p0 = depths.begin(pb), .depth = depth, .rows = rows, .n = n,
                    .pack_a = pack_a, .pack_b = pack_b,
                    .packed_a = pack_a ? scratch_a.get(rows.size * depth) : nullptr,
                    .packed_b = nullptr,
                    .epilogue = {.alpha = g.alpha, .beta = first ? g.beta : 1,
                                 .row_bias = last ? g.row_bias : nullptr,
                                 .col_bias = last ? g.col_bias : nullptr, .relu = last && g.relu,
                                 .to_memory = past_cache}};
        block.packed_b = scratch_b.get(block.copies_of_b() * kCols * depth + 1);
        pack(block, ib == 0);
        multiply(block);
      }
}

}  // namespace

void gemm(const GemmArgs& g) {
  if (g.m <= 0 || g.n <= 0) return;
  if constexpr (kFastKernels)
    gemm_fast(g);
  else
    gemm_ref(g);
}

void gemm_batched(const GemmArgs& args, const GemmBatch& batch) {
  const auto one = [&](Index i) {
    GemmArgs g = args;
    g.a += i * batch.stride_a;
    g.b += i * batch.stride_b;
    g.c += i * batch.stride_c;
    gemm(g);
  };
  const Index work = std::max<Index>(1, args.m * args.n * args.k);
  // Matrices that can be cut into all kGemmTasks tasks are shared out tile by tile, smaller ones whole.
  const Index grain = work > kGemmTasks * kGemmTaskWork ? batch.count : std::max<Index>(1, kGemmTaskWork / work);
  parallel_for(batch.count, grain, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) one(i);
  });
}

}  // namespace gradfold
