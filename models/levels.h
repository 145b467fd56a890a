#pragma once
#include <cmath>

#include "tensor/indices.h"
#include "tensor/tensor.h"

// Pixels of a few levels: their values are 0, 1 / (levels - 1), ..., 1.
namespace gradfold {

// The value of a pixel on level 0 .. levels - 1, and the level of a value.
inline Real level_value(Index level, Index levels) { return static_cast<Real>(level) / static_cast<Real>(levels - 1); }
inline Index level_of(Real value, Index levels) { return std::lround(value * static_cast<Real>(levels - 1)); }

// Levels of x [N, C, H, W] as class numbers, [N * C, H, W].
Indices level_numbers(const Tensor& x, int levels);
// Each value of x, 0..1, moved to the nearest that a level has.
Tensor to_nearest_level(const Tensor& x, int levels);

}  // namespace gradfold
