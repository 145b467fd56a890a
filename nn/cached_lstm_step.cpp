#include "nn/cached_lstm_step.h"

#include "tensor/kernels/gemm.h"
#include "tensor/kernels/lstm_cell.h"

namespace gradfold {

void add_from_states(Tensor& gates, const PixelMaps& h, Index y, Index x, const Tensor& weight) {
  GemmArgs product{.m = gates.size(0), .n = gates.size(1), .k = weight.size(0)};
  product.a = h.from(y, x);
  product.lda = h.image_step();
  product.b = weight.data();
  product.ldb = product.ldc = product.n;
  product.c = gates.data();
  product.beta = 1;
  gemm(product);
}

Tensor cached_lstm_step(Tensor& gates, Tensor& c) {
  const Index n = c.size(0), hidden = c.size(1);
  const Tensor before = c.clone();
  Tensor h(c.shape());
  lstm_cells({n, hidden, gates.data(), 4 * hidden, before.data(), c.data(), h.data()});
  return h;
}

}  // namespace gradfold
