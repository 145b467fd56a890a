#include "autograd/ops/indexing.h"

#include "autograd/record.h"
#include "tensor/indexing.h"

namespace gradfold {

// y = x's rows in the order of index      dx = dy's rows added at their places      saves: index
Var index_select(const Var& x, int dim, const Indices& index) {
  return record("index_select", {x}, index_select(x.value(), dim, index),
                [shape = x.shape(), dim, index](const Tensor& dy) -> Grads {
                  Tensor dx = Tensor::zeros(shape);
                  index_add_(dx, dim, index, dy);
                  return {dx};
                });
}

// y[i][j] = x[i][index[i][j]]      dx[i][index[i][j]] += dy[i][j]      saves: index
Var gather(const Var& x, int dim, const Indices& index) {
  return record("gather", {x}, gather(x.value(), dim, index),
                [shape = x.shape(), dim, index](const Tensor& dy) -> Grads {
                  Tensor dx = Tensor::zeros(shape);
                  scatter_add_(dx, dim, index, dy);
                  return {dx};
                });
}

}  // namespace gradfold
