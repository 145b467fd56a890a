#include "nn/cached_masked_conv.h"

#include <algorithm>

#include "nn/group_gates.h"
#include "tensor/elementwise.h"

namespace gradfold {
namespace {

// For each of the kernel's rows how many columns from the left take part, 0 for none. A column in between that the mask
// drops has zero weight.
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
    : width_(width), kernel_(layer.kernel), window_{.left = layer.kernel.w / 2, .relu = layer.options.relu} {
  if (!is_pointwise()) maps_ = PixelMaps(kernel_.h / 2 + 1, n, width, layer.in, kernel_.w / 2);
  if (layer.bias.defined()) window_.bias = reordered(layer.bias.value(), layer, gates);
  const Tensor weight =
      reordered(layer.weight.value() * layer.mask, layer, gates).permute({2, 3, 1, 0});  // [kh, kw, in, out]
  const std::vector<Index> columns = seen_columns(layer);
  for (Index row = 0; row < kernel_.h; ++row) {
    const Index seen = columns[static_cast<std::size_t>(row)];
    if (seen == 0) continue;
    require(row <= kernel_.h / 2, "CachedMaskedConv",
            "the layer has no causal mask: it sees rows below the pixel; hint: sample it naively");
    window_.rows.push_back({.above = kernel_.h / 2 - row,
                            .weight = weight.select(0, row).slice(0, 0, seen).contiguous().reshape({-1, layer.out})});
  }
}

Tensor CachedMaskedConv::at(Index y, Index x, const Tensor& in) {
  if (is_pointwise()) return pointwise(in);
  set(y, x, in);
  return at(y, x);
}

Tensor CachedMaskedConv::at(Index y, Index x) const { return window_.run(maps_, y, x, 1).squeeze(1); }

Tensor CachedMaskedConv::row(Index y) const { return window_.run(maps_, y, 0, width_); }

}  // namespace gradfold
