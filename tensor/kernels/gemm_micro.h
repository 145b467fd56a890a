#pragma once
// The micro-kernel that every matrix product and convolution ends in: a tile of C held in registers.
//
//   C[rows, cols] = epilogue(alpha * sum_k A[i, k] B[k, j] + beta * C),   rows <= kRows, cols <= kCols
//
// Each k costs 2 loads of B, one broadcast of A a row and 2 multiply-adds a row. Every element is one
// chain of multiply-adds in the order of k, so its bits do not depend on the tile it falls in.
#include "tensor/kernels/simd.h"

namespace gradfold::micro {

inline constexpr Index kLanes = HWY_LANES(Real);
inline constexpr Index kCols = 2 * kLanes;

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

// Any other matrix is read in place, each row through a pointer of its own.
struct RowPointers {
  const Real* row[kRows];
  Index step = 1;
};

// The range of k: `outer` runs of `inner` steps; A jumps by `jump` from the start of one run to the next
// (rows of an image), B goes on without a gap.
struct Depth {
  Index inner;
  Index outer = 1;
  Index jump = 0;
};

struct PanelB {
  const Real* b;
  Index step;  // elements from k to k + 1; kCols elements are readable at each k, kLanes if cols <= kLanes
};

// What happens to a finished tile. Bias pointers are at the tile's first row or column; null: none.
struct Epilogue {
  Real alpha = 1;
  Real beta = 0;
  const Real* row_bias = nullptr;
  const Real* col_bias = nullptr;
  bool relu = false;
};

struct TileC {
  Real* c;
  Index ld;
  Index rows, cols;
};

void run_tile(const SideBySide& a, const PanelB& b, const Depth& depth, const TileC& c, const Epilogue& e);
void run_tile(const RowPointers& a, const PanelB& b, const Depth& depth, const TileC& c, const Epilogue& e);

// How `size` is cut into panels of at most `largest`: sizes differ by one at most, so none is a sliver.
struct Panels {
  Index size, count;
  Panels(Index size, Index largest) : size(size), count((size + largest - 1) / largest) {}
  Index begin(Index i) const { return size * i / count; }
  Index length(Index i) const { return begin(i + 1) - begin(i); }
};

}  // namespace gradfold::micro
