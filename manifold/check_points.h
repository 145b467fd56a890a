#pragma once
#include <string_view>

#include "tensor/tensor.h"

namespace gradfold {

// Points as every method here takes them: a matrix [N, D], N >= least, D >= 1, all numbers finite. Throws an Error
// in `who`'s name that says what came; for NaN and infinity it names the first row and column.
void check_points(std::string_view who, std::string_view name, const Tensor& x, Index least);

}  // namespace gradfold
