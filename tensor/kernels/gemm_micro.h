#pragma once
// The micro-kernel that every matrix product and convolution ends in: tiles of C, each held in registers.
//
//   C[rows, cols] = epilogue(alpha * sum_k A[i, k] B[k, j] + beta * C),   rows <= kRows
//
// A tile is kCols wide; a wider C is done tile by tile, with what all have in common done once.
// Each k costs 2 loads of B, one broadcast of A a row and 2 multiply-adds a row. Every element is one
// chain of multiply-adds in the order of k, so its bits do not depend on the tile it falls in.
#include "tensor/kernels/simd.h"

namespace gradfold::micro {

inline constexpr Index kCols = 2 * kLanes;

// Room for n numbers that are read and written in whole vectors, and in whole tiles.
constexpr Index whole_vectors(Index n) { return (n + kLanes - 1) / kLanes * kLanes; }
constexpr Index whole_tiles(Index n) { return (n + kCols - 1) / kCols * kCols; }

// 14 x 2 accumulators, 2 vectors of B and a broadcast fill 32 registers; 6 x 2 fill 16.
#if HWY_TARGET <= HWY_AVX3 || HWY_ARCH_ARM_A64
inline constexpr Index kRows = 14;
#else
inline constexpr Index kRows = 6;
#endif

// Where A[i, k] lies, for a tile. Packed or transposed panels keep the rows of one k side by side.
struct SideBySide {
  const Real* a;
  Index step;  // elements from k to k + 1
};

// A matrix read in place, its rows `ld` apart; k is contiguous. The rows that follow, kRows of them, are
// fetched meanwhile: the next panel of a tall matrix is there when its turn comes.
struct Rows {
  const Real* a;
  Index ld;
};

// Rows read in place that lie anywhere.
struct RowPointers {
  const Real* row[kRows];
};

// The range of k: `outer` runs of `inner` steps; A jumps by `jump` from the start of one run to the next
// (rows of an image), B goes on without a gap.
struct Depth {
  Index inner;
  Index outer = 1;
  Index jump = 0;
};

// kCols columns of B. At each k, kCols elements are readable (kLanes, if only that many columns are left).
struct PanelB {
  const Real* b;
  Index step;      // elements from k to k + 1
  Index next = 0;  // elements from this panel to the one to its right, if C is wider than kCols
};

// What happens to a finished tile. Bias pointers are at the tile's first row or column; null: none.
struct Epilogue {
  Real alpha = 1;
  Real beta = 0;
  const Real* row_bias = nullptr;
  const Real* col_bias = nullptr;
  bool relu = false;
  bool to_memory = false;  // past the cache (to_memory.h; flush after the last tile), where tiles_are_aligned
};

struct TileC {
  Real* c;
  Index ld;
  Index rows, cols;
};

// Whether tiles of a C with rows of this distance can be written past the cache.
inline bool tiles_are_aligned(const Real* c, Index ld) { return is_aligned(c) && ld % kLanes == 0; }

void run_tile(const SideBySide& a, const PanelB& b, const Depth& depth, const TileC& c, const Epilogue& e);
void run_tile(const Rows& a, const PanelB& b, const Depth& depth, const TileC& c, const Epilogue& e);
void run_tile(const RowPointers& a, const PanelB& b, const Depth& depth, const TileC& c, const Epilogue& e);

// How `size` is cut into panels of at most `largest`, or into `count` of them: sizes differ by one at most, so none
// is a sliver.
struct Panels {
  Index size, count;
  Panels(Index size, Index largest) : Panels(into((size + largest - 1) / largest, size)) {}
  static Panels into(Index count, Index size) { return {size, count, count > 0 ? size / count : 0}; }
  Index begin(Index i) const { return i * least_ + (i < longer_ ? i : longer_); }
  Index length(Index i) const { return least_ + (i < longer_); }

 private:
  Panels(Index size, Index count, Index least)
      : size(size), count(count), least_(least), longer_(size - least * count) {}
  Index least_, longer_;  // the first `longer_` panels have one more than `least_`
};

}  // namespace gradfold::micro
