#include "nn/cached_masked_conv.h"

#include <algorithm>

#include "nn/group_gates.h"
#include "tensor/elementwise.h"
#include "tensor/kernels/gemm.h"

namespace gradfold {
namespace {

// The kernel's rows that take part. A column in between that the mask drops has zero weight.
std::vector<Index> seen_columns(const MaskedConv2d& layer) {
  std::vector<Index> columns(static_cast<std::size_t>(layer.kernel.h), 0);
  for (const Tap& tap : layer.taps) {
    Index& seen = columns[static_cast<std::size_t>(tap.row)];
    seen = std::max<Index>(seen, tap.col + 1);
  }
  return columns;
}

// x [out, rest...] with its outputs reordered.
Tensor reordered(const Tensor& x, const MaskedConv2d& layer, Index gates) {
  const Index out = x.size(0);
  const Var rows(x.reshape({1, out, x.numel() / out, 1}));
  return group_gates(rows, layer.options.groups, gates).value().reshape(x.shape());
}

}  // namespace

CachedMaskedConv::CachedMaskedConv(const MaskedConv2d& layer, Index n, Index width, Index gates)
    : n_(n), width_(width), in_(layer.in), out_(layer.out), kernel_(layer.kernel), relu_(layer.options.relu),
      weight_(reordered(layer.weight.value() * layer.mask, layer, gates).permute({2, 3, 1, 0}).contiguous()) {
  if (!is_pointwise()) maps_ = PixelMaps(kernel_.h / 2 + 1, n, width, in_, kernel_.w / 2);
  if (layer.bias.defined()) bias_ = reordered(layer.bias.value(), layer, gates);
  const std::vector<Index> columns = seen_columns(layer);
  for (Index row = 0; row < kernel_.h; ++row) {
    const Index seen = columns[static_cast<std::size_t>(row)];
    if (seen == 0) continue;
    require(row <= kernel_.h / 2, "CachedMaskedConv",
            "the layer has no causal mask: it sees rows below the pixel; hint: sample it naively");
    rows_.push_back({kernel_.h / 2 - row, seen});
  }
}

Tensor CachedMaskedConv::at(Index y, Index x, const Tensor& in) {
  if (is_pointwise()) return pointwise(in);
  set(y, x, in);
  return at(y, x);
}

Tensor CachedMaskedConv::at(Index y, Index x) const {
  Tensor out(Shape{n_, out_});
  run(y, x, 1, out);
  return out;
}

Tensor CachedMaskedConv::row(Index y) const {
  Tensor out(Shape{n_, width_, out_});
  run(y, 0, width_, out);
  return out;
}

Tensor CachedMaskedConv::pointwise(const Tensor& in) const {
  Shape shape = in.shape();
  shape[shape.rank() - 1] = out_;
  Tensor out(shape);
  GemmArgs product{.m = in.numel() / in_, .n = out_, .k = in_, .lda = in_, .ldb = out_, .ldc = out_};
  product.a = in.data();
  product.b = weight_.data();
  product.c = out.data();
  if (bias_.defined()) product.col_bias = bias_.data();
  product.relu = relu_;
  gemm(product);
  return out;
}

void CachedMaskedConv::run(Index y, Index x, Index columns, Tensor& out) const {
  for (const KernelRow& row : rows_) {
    const bool first = &row == &rows_.front(), last = &row == &rows_.back();
    GemmArgs product{.n = out_, .k = row.columns * in_, .ldb = out_, .ldc = out_};
    product.a = maps_.from(y - row.above, x - kernel_.w / 2);
    product.b = weight_.data() + (kernel_.h / 2 - row.above) * kernel_.w * in_ * out_;
    product.c = out.data();
    product.beta = first ? 0 : 1;
    if (last && bias_.defined()) product.col_bias = bias_.data();
    product.relu = last && relu_;
    if (columns == 1) {  // one product for all images
      product.m = n_;
      product.lda = maps_.image_step();
      gemm(product);
    } else {  // one for each: its windows overlap
      product.m = columns;
      product.lda = in_;
      gemm_batched(product, {.count = n_, .stride_a = maps_.image_step(), .stride_c = columns * out_});
    }
  }
}

}  // namespace gradfold
