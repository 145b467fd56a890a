#pragma once
#include <initializer_list>
#include <vector>

#include "tensor/indices.h"
#include "tensor/tensor.h"

// Moving elements about. Indices are checked: one out of range throws and names itself and the rule.
namespace gradfold {

// Joined along dim; all other sizes equal.
Tensor concatenate(const std::vector<Tensor>& parts, int dim);
// A braced list of Tensors means this one, not the vector of Vars that it could become.
inline Tensor concatenate(std::initializer_list<Tensor> parts, int dim) {
  return concatenate(std::vector<Tensor>(parts), dim);
}
// Views of consecutive pieces along dim; sizes add up to x's.
std::vector<Tensor> split(const Tensor& x, const std::vector<Index>& sizes, int dim);
// Constant padding, {before, after} for each of the last pads.size() dimensions.
struct PadWidth {
  Index before = 0, after = 0;
};
Tensor pad(const Tensor& x, const std::vector<PadWidth>& pads, Real value = 0);

// Rows of x along dim in the order of `index` [K]: x [A, B, C], dim 1 -> [A, K, C].
Tensor index_select(const Tensor& x, int dim, const Indices& index);
// y += dy's rows at their places: the gradient of index_select. Repeated indices add up, in order. y must be row-major;
// throws if it is a view of another kind.
void index_add_(Tensor& y, int dim, const Indices& index, const Tensor& dy);
// One element along dim for each position: out[i][j] = x[i][index[i][j]] for dim 1. index has x's shape
// but for its size along dim.
Tensor gather(const Tensor& x, int dim, const Indices& index);
// y[i][index[i][j]] += dy[i][j]: the gradient of gather. y must be row-major, as above.
void scatter_add_(Tensor& y, int dim, const Indices& index, const Tensor& dy);
// labels [N] -> [N, classes] of 0 and 1.
Tensor one_hot(const Indices& labels, Index classes);

}  // namespace gradfold
