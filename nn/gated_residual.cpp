#include "nn/gated_residual.h"

#include "autograd/ops.h"

namespace gradfold {

// The second convolution begins small, so that a deep net begins as the identity: the paper's 0.1.
GatedResidual::GatedResidual(Shift shift, Index maps, Size2 kernel, GatedResidualOptions options)
    : maps(maps), options(options), first(child<ShiftedConv2d>("first", shift, 2 * maps, maps, kernel)),
      second(child<ShiftedConv2d>("second", shift, 2 * maps, 2 * maps, kernel,
                                  ShiftedConvOptions{.gain = Real(0.1)})),
      dropout_(child<Dropout>("dropout", options.dropout)) {
  if (options.side > 0) side_layer = &child<ShiftedConv2d>("side", Shift::kDown, 2 * options.side, maps, 1);
}

Var GatedResidual::run(const Var& x, const Var& side) {
  return scoped([&] {
    check_shape("GatedResidual", "x", x.shape(), {"N", maps, "H", "W"});
    require(side.defined() == (side_layer != nullptr), "GatedResidual", "{}",
            side.defined() ? "a side input is given but the block has none" : "the block's side input is missing");
    Var c = first(concat_elu(x));
    if (side_layer) c += (*side_layer)(concat_elu(side));
    const std::vector<Var> ab = split(second(dropout_(concat_elu(c))), {maps, maps}, 1);
    return x + ab[0] * sigmoid(ab[1]);
  });
}

}  // namespace gradfold
