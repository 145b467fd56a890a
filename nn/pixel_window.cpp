#include "nn/pixel_window.h"

#include "tensor/kernels/gemm.h"

namespace gradfold {

Tensor PixelWindow::run(const PixelMaps& maps, Index y, Index x, Index columns) const {
  const Index n = maps.images(), out_maps = rows.front().weight.size(1);
  Tensor out(Shape{n, columns, out_maps});
  for (const Row& row : rows) {
    const bool first = &row == &rows.front(), last = &row == &rows.back();
    GemmArgs product{.n = out_maps, .k = row.weight.size(0), .ldb = out_maps, .ldc = out_maps};
    product.a = maps.from(y - row.above, x - left);
    product.b = row.weight.data();
    product.c = out.data();
    product.beta = first ? 0 : 1;
    if (last && bias.defined()) product.col_bias = bias.data();
    product.relu = last && relu;
    if (columns == 1) {  // one product for all images
      product.m = n;
      product.lda = maps.image_step();
      gemm(product);
    } else {  // one for each: its windows overlap
      product.m = columns;
      product.lda = stride * maps.channels();
      gemm_batched(product, {.count = n, .stride_a = maps.image_step(), .stride_c = columns * out_maps});
    }
  }
  return out;
}

Tensor PixelWindow::pointwise(const Tensor& in) const {
  const Tensor& weight = rows.front().weight;
  const Index k = weight.size(0);
  Shape shape = in.shape();
  shape[shape.rank() - 1] = weight.size(1);
  Tensor out(shape);
  GemmArgs product{.m = in.numel() / k, .n = weight.size(1), .k = k, .lda = k, .ldb = weight.size(1),
                   .ldc = weight.size(1)};
  product.a = in.data();
  product.b = weight.data();
  product.c = out.data();
  if (bias.defined()) product.col_bias = bias.data();
  product.relu = relu;
  gemm(product);
  return out;
}

}  // namespace gradfold
