#include "nn/gated_masked_conv.h"

#include "autograd/ops.h"
#include "nn/group_gates.h"

namespace gradfold {
namespace {

MaskType vertical_type(MaskType type) {
  require(type == MaskType::kA || type == MaskType::kB, "GatedMaskedConv",
          "the mask must be A, for the first layer, or B, for a later one");
  return type == MaskType::kA ? MaskType::kVerticalA : MaskType::kVerticalB;
}

}  // namespace

GatedMaskedConv::GatedMaskedConv(MaskType type, Index in, Index maps, Index kernel, GatedMaskedConvOptions options)
    : type(type), in(in), maps(maps), kernel(kernel), options(options),
      vertical(child<MaskedConv2d>("vertical", vertical_type(type), in, 2 * maps, kernel)),
      horizontal(child<MaskedConv2d>("horizontal", type, in, 2 * maps, Size2{1, kernel},
                                     MaskedConvOptions{.groups = options.groups})),
      link(child<MaskedConv2d>("link", MaskType::kNone, 2 * maps, 2 * maps, 1, MaskedConvOptions{.bias = false})),
      out(child<MaskedConv2d>("out", MaskType::kB, maps, maps, 1, MaskedConvOptions{.groups = options.groups})),
      dropout(child<Dropout>("dropout", options.dropout)) {
  if (options.condition == 0) return;
  vertical_condition = &child<Linear>("vertical_condition", options.condition, 2 * maps, /*bias=*/false);
  horizontal_condition = &child<Linear>("horizontal_condition", options.condition, 2 * maps, /*bias=*/false);
}

GatedMaps GatedMaskedConv::run(const GatedMaps& x, const Var& z) {
  return scoped([&] {
    check_shape("GatedMaskedConv", "x", x.vertical.shape(), {"N", in, "H", "W"});
    check_shape("GatedMaskedConv", "x", x.horizontal.shape(), {x.vertical.size(0), in, "H", "W"});
    require(z.defined() == (options.condition > 0), "GatedMaskedConv", "{}",
            z.defined() ? "z is given but the layer has no condition" : "z is missing: the layer has a condition");
    const auto conditioned = [&](const Var& sums, Linear* layer) {
      return layer ? sums + reshape((*layer)(z), {z.size(0), 2 * maps, 1, 1}) : sums;
    };
    const Var above = vertical(x.vertical);
    const Var seen = group_gates(horizontal(x.horizontal), options.groups, 2) + link(above);
    const Var h = out(dropout(gate(conditioned(seen, horizontal_condition))));
    return GatedMaps{dropout(gate(conditioned(above, vertical_condition))),
                     type == MaskType::kA ? h : x.horizontal + h};
  });
}

}  // namespace gradfold
