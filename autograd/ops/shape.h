#pragma once
#include <vector>

#include "autograd/var.h"
#include "tensor/indexing.h"

// Other shapes of the same numbers. All but concatenate, expand's gradient, and pad are views: no copy
// is made unless the strides force one.
namespace gradfold {

// Row-major order is kept; one size may be -1.
Var reshape(const Var& x, const Shape& shape);
Var flatten(const Var& x, int from_dim = 0);  // dimensions from_dim.. become one
Var transpose(const Var& x, int a, int b);
Var permute(const Var& x, std::initializer_list<int> dims);
Var slice(const Var& x, int dim, Index begin, Index end, Index step = 1);  // [begin, end)
Var select(const Var& x, int dim, Index index);                            // drops the dimension
Var squeeze(const Var& x, int dim);
Var unsqueeze(const Var& x, int dim);
Var expand(const Var& x, const Shape& shape);
Var flip(const Var& x, int dim);

// Joined along dim; all other sizes equal.
Var concatenate(const std::vector<Var>& parts, int dim);
// Consecutive pieces along dim; sizes add up to x's.
std::vector<Var> split(const Var& x, const std::vector<Index>& sizes, int dim);
// Constant padding, {before, after} for each of the last pads.size() dimensions.
Var pad(const Var& x, const std::vector<PadWidth>& pads, Real value = 0);

}  // namespace gradfold
