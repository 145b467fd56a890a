#pragma once
#include <string>

#include "tensor/indices.h"
#include "viz/chart.h"

// Pictures of a plane of codes: two numbers for each image.
namespace gradfold {

// Codes [steps * steps, 2] of a rectangle around `center` [2], `reach` [2] to either side: row by row from the top, as
// viz/grid.h draws what they decode to.
Tensor code_square(Index steps, const Tensor& center, const Tensor& reach);

// Where codes [N, 2] lie, coloured by their class 0 .. 9.
Chart code_map(const std::string& title, const Tensor& codes, const Indices& labels);

}  // namespace gradfold
