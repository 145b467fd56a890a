#pragma once
#include "nn/pixel_maps.h"

// What CachedRowLstm and CachedDiagonalBiLstm share: a step of N cells in two parts.
namespace gradfold {

// gates [N, 4 hidden] += the states from pixel (y, x) on, weight.size(0) numbers, times weight [..., 4 hidden].
void add_from_states(Tensor& gates, const PixelMaps& h, Index y, Index x, const Tensor& weight);

// From the gates' sums and what the cells remember, c [N, hidden], updated in place -> h [N, hidden]. The gates'
// memory is used up.
Tensor cached_lstm_step(Tensor& gates, Tensor& c);

}  // namespace gradfold
