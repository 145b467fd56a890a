#include "tensor/kernels/gemm.h"

#include <algorithm>

#include "tensor/kernels/gemm_micro.h"
#include "tensor/kernels/gemm_pack.h"
#include "tensor/parallel.h"

// How a product is cut up (after Goto and van de Geijn 2008, "Anatomy of high-performance matrix
// multiplication"): depth blocks of kBlockK, so that a panel of A stays in the first cache while panels of
// B stream past it from the second; an operand is packed where it is read often enough, or lies awkwardly
// enough, to repay the copy; tiles are shared out among threads. Small products are read in place.
namespace gradfold {
namespace {

using namespace micro;

constexpr Index kBlockK = 384;
constexpr Index kBlockM = kRows * 72;
constexpr Index kBlockN = 2048;
constexpr Index kTaskWork = 1 << 19;  // multiply-adds worth handing to another thread
constexpr Index kTasks = 32;          // into which a block is cut at most
constexpr Index kPackWork = 1 << 16;  // elements to pack, likewise
constexpr Index kPanelsTogether = 8;

thread_local Scratch scratch_a, scratch_b;

// The part of a product that one round of packing and multiplying covers.
struct Block {
  const GemmArgs& g;
  Index i0, j0, p0, depth;
  Panels rows;
  Index n;
  bool pack_a, pack_b;
  Real *packed_a, *packed_b;
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

  // Neighbouring panels together, so that rows of B are read in long pieces.
  void pack_panels_b(Index begin, Index end) const {
    const Index last = end - 1, j = j0 + begin * kCols;
    Real* dst = packed_b + begin * kCols * depth;
    if (width(last) < kCols) std::fill_n(packed_b + last * kCols * depth, kCols * depth, Real(0));
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

  void multiply(Index ip, Index jp) const {
    const Index i = i0 + rows.begin(ip), j = j0 + jp * kCols;
    const TileC c{g.c + i * g.ldc + j, g.ldc, rows.length(ip), width(jp)};
    Epilogue e = epilogue;
    if (e.row_bias) e.row_bias += i;
    if (e.col_bias) e.col_bias += j;
    const PanelB b = copy_of_b(jp) ? PanelB{packed_b + jp * kCols * depth, kCols}
                                   : PanelB{g.b + p0 * g.ldb + j, g.ldb};
    if (pack_a) {
      run_tile(SideBySide{packed_a + rows.begin(ip) * depth, c.rows}, b, {depth}, c, e);
    } else if (g.trans_a) {
      run_tile(SideBySide{g.a + p0 * g.lda + i, g.lda}, b, {depth}, c, e);
    } else {
      RowPointers a;
      for (Index r = 0; r < c.rows; ++r) a.row[r] = g.a + (i + r) * g.lda + p0;
      run_tile(a, b, {depth}, c, e);
    }
  }
};

void pack(const Block& block, bool first_rows) {
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

// Tiles in rectangles of about equal work. Within one, a panel of A meets all panels of B before the next:
// so the rows of C stay the same for a while, which spares the processor's table of pages.
void multiply(const Block& block) {
  const Index row_panels = block.rows.count, col_panels = block.col_panels();
  const Index work = block.rows.size * block.n * std::max<Index>(1, block.depth);
  const Index wanted = std::min(kTasks, (work + kTaskWork - 1) / kTaskWork);
  Index down = 1, across = 1;
  while (2 * down * across <= wanted)
    (block.rows.size / down >= block.n / across ? down : across) *= 2;
  down = std::min(down, row_panels), across = std::min(across, col_panels);
  parallel_for(down * across, 1, [&](Index begin, Index end) {
    for (Index t = begin; t < end; ++t) {
      const Index i = t / across, j = t % across;
      for (Index ip = row_panels * i / down; ip < row_panels * (i + 1) / down; ++ip)
        for (Index jp = col_panels * j / across; jp < col_panels * (j + 1) / across; ++jp) block.multiply(ip, jp);
    }
  });
}

void gemm_fast(const GemmArgs& g) {
  const bool pack_a = g.n > 4 * kCols && g.lda >= 512;
  const bool pack_b = g.trans_b || (g.m > 3 * kRows && g.ldb >= 1024 && g.ldb % 64 == 0);
  const Panels depths(std::max<Index>(1, g.k), kBlockK);
  const Panels row_blocks(g.m, pack_a ? kBlockM : g.m);
  const Panels col_blocks(g.n, pack_b ? kBlockN : g.n);
  for (Index jb = 0; jb < col_blocks.count; ++jb)
    for (Index pb = 0; pb < depths.count; ++pb)
      for (Index ib = 0; ib < row_blocks.count; ++ib) {
        const bool first = pb == 0, last = pb + 1 == depths.count;
        const Index depth = g.k > 0 ? depths.length(pb) : 0;
        const Panels rows(row_blocks.length(ib), kRows);
        const Index n = col_blocks.length(jb);
        Block block{.g = g, .i0 = row_blocks.begin(ib), .j0 = col_blocks.begin(jb),
                    .p0 = depths.begin(pb), .depth = depth, .rows = rows, .n = n,
                    .pack_a = pack_a, .pack_b = pack_b,
                    .packed_a = pack_a ? scratch_a.get(rows.size * depth) : nullptr,
                    .packed_b = scratch_b.get((n + kCols - 1) / kCols * kCols * depth + 1),
                    .epilogue = {.alpha = g.alpha, .beta = first ? g.beta : 1,
                                 .row_bias = last ? g.row_bias : nullptr,
                                 .col_bias = last ? g.col_bias : nullptr, .relu = last && g.relu}};
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
  // Large matrices are shared out tile by tile, small ones whole.
  const Index grain = work > 32 * kTaskWork ? batch.count : std::max<Index>(1, kTaskWork / work);
  parallel_for(batch.count, std::max<Index>(1, grain), [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) one(i);
  });
}

}  // namespace gradfold
