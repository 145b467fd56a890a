#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "autograd/ops.h"
#include "nn/activations.h"
#include "nn/batch_norm.h"
#include "nn/conv2d.h"
#include "nn/conv_transpose2d.h"
#include "nn/diagonal_bilstm.h"
#include "nn/gated_masked_conv.h"
#include "nn/gated_residual.h"
#include "nn/layer_norm.h"
#include "nn/linear.h"
#include "nn/lstm.h"
#include "nn/masked_conv2d.h"
#include "nn/row_lstm.h"
#include "nn/sequential.h"
#include "nn/shifted_conv2d.h"

namespace gradfold {

// One row a layer. It drives the shape test, the checkpoint round trip, the message on a wrong shape, the
// agreement with PyTorch (tests/fixtures/nn.npz has the same names) and, in the double build, the gradient
// check of x and of every parameter.
struct LayerCase {
  std::string name;
  std::function<std::unique_ptr<Module>()> make;
  Shape x, y;
  Shape bad = {};            // an x that it must refuse; none if every shape is fine
  std::string message = {};  // and what it says
  bool training = true;
};

template <class T, class... Args>
std::function<std::unique_ptr<Module>()> making(Args... args) {
  return [=] { return std::make_unique<T>(args...); };
}

inline std::unique_ptr<Module> small_sequential() {
  auto net = std::make_unique<Sequential>();
  net->add<Linear>(6, 8).add<ReLU>().add<Linear>(8, 3);
  return net;
}

// Both stacks of a gated layer in and out as one x, so that its rows are like the others'; conditioned on each image's
// first two numbers if it takes a condition.
struct BothStacks : Module {
  BothStacks(MaskType type, Index in, Index maps, Index kernel, GatedMaskedConvOptions options)
      : layer(child<GatedMaskedConv>("layer", type, in, maps, kernel, options)) {}
  GatedMaskedConv& layer;
  Var forward(const Var& x) override {
    const GatedMaps in{slice(x, 1, 0, x.size(1) / 2), slice(x, 1, x.size(1) / 2, x.size(1))};
    const Var z = layer.options.condition > 0 ? slice(flatten(x, 1), 1, 0, layer.options.condition) : Var();
    const GatedMaps out = layer.run(in, z);
    return concatenate({out.vertical, out.horizontal}, 1);
  }
};

// A block and its side input as one x: the first maps are the block's.
struct WithSide : Module {
  WithSide(Shift shift, Index maps, Size2 kernel, Index side)
      : block(child<GatedResidual>("block", shift, maps, kernel, GatedResidualOptions{.side = side})) {}
  GatedResidual& block;
  Var forward(const Var& x) override {
    return block.run(slice(x, 1, 0, block.maps), slice(x, 1, block.maps, x.size(1)));
  }
};

inline std::vector<LayerCase> layer_cases() {
  constexpr MaskType kA = MaskType::kA, kB = MaskType::kB;
  constexpr Shift kDown = Shift::kDown, kDownRight = Shift::kDownRight;
  const MaskedConvOptions rgb{.groups = 3};
  const GatedMaskedConvOptions rgb_gated{.groups = 3};
  return {
      {"linear", making<Linear>(7, 5), {4, 7}, {4, 5}, {4, 8}, "Linear: x is [4, 8] but must be [..., 7]"},
      {"linear_no_bias", making<Linear>(6, 3, false), {2, 3, 6}, {2, 3, 3}, {6, 2}, "must be [..., 6]"},
      {"conv2d", making<Conv2d>(3, 4, 3, ConvOptions{.padding = 1}), {2, 3, 6, 5}, {2, 4, 6, 5}, {2, 4, 6, 5},
       "Conv2d: x is [2, 4, 6, 5] but must be [N, 3, H, W]"},
      {"conv2d_strided",
       making<Conv2d>(2, 5, Size2(3, 2), ConvOptions{.stride = {2, 1}, .padding = {0, 1}, .bias = false}),
       {2, 2, 7, 5}, {2, 5, 3, 6}, {2, 2, 2, 5},
        "Conv2d: x is [2, 2, 2, 5], 2 x 7 with padding, but the kernel is 3 x 2"},
      {"masked_a", making<MaskedConv2d>(kA, 1, 6, 5), {2, 1, 7, 6}, {2, 6, 7, 6}, {2, 7, 6},
       "MaskedConv2d: x is [2, 7, 6] but must be [N, 1, H, W]"},
      {"masked_b", making<MaskedConv2d>(kB, 4, 6, 3), {2, 4, 5, 6}, {2, 6, 5, 6}, {2, 1, 5, 6}, "must be [N, 4, H, W]"},
      {"masked_a_rgb", making<MaskedConv2d>(kA, 3, 6, 3, rgb), {2, 3, 5, 5}, {2, 6, 5, 5}, {2, 6, 5, 5},
       "must be [N, 3, H, W]"},
      {"masked_b_rgb", making<MaskedConv2d>(kB, 6, 9, 1, rgb), {2, 6, 3, 4}, {2, 9, 3, 4}, {6, 3, 4},
       "must be [N, 6, H, W]"},
      {"masked_b_row", making<MaskedConv2d>(kB, 2, 3, Size2(1, 3)), {2, 2, 3, 5}, {2, 3, 3, 5}, {2, 3, 3, 5},
       "must be [N, 2, H, W]"},
      {"gated_a", making<BothStacks>(kA, 1, 2, 5, GatedMaskedConvOptions{}), {2, 2, 4, 5}, {2, 4, 4, 5}, {2, 4, 4, 5},
       "GatedMaskedConv: x is [2, 2, 4, 5] but must be [N, 1, H, W]"},
      {"gated_b", making<BothStacks>(kB, 3, 3, 3, GatedMaskedConvOptions{.condition = 2}), {2, 6, 4, 3}, {2, 6, 4, 3}},
      {"gated_a_rgb", making<BothStacks>(kA, 3, 3, 3, rgb_gated), {1, 6, 3, 4}, {1, 6, 3, 4}},
      {"gated_b_rgb", making<BothStacks>(kB, 6, 6, 3, rgb_gated), {1, 12, 3, 3}, {1, 12, 3, 3}},
      {"shifted_down", making<ShiftedConv2d>(kDown, 2, 3, Size2(2, 3)), {2, 2, 4, 5}, {2, 3, 4, 5}, {2, 3, 4, 5},
       "ShiftedConv2d: x is [2, 3, 4, 5] but must be [N, 2, H, W]"},
      {"shifted_down_strided", making<ShiftedConv2d>(kDown, 2, 3, Size2(2, 3), ShiftedConvOptions{.stride = 2}),
       {2, 2, 4, 5}, {2, 3, 2, 3}, {2, 4, 5}, "must be [N, 2, H, W]"},
      {"shifted_down_right", making<ShiftedConv2d>(kDownRight, 2, 3, 2), {2, 2, 4, 3}, {2, 3, 4, 3}, {2, 1, 4, 3},
       "must be [N, 2, H, W]"},
      {"shifted_down_right_strided", making<ShiftedConv2d>(kDownRight, 2, 3, 2, ShiftedConvOptions{.stride = 2}),
       {2, 2, 5, 4}, {2, 3, 3, 2}},
      {"shifted_transpose_down", making<ShiftedConvTranspose2d>(kDown, 2, 3), {2, 2, 3, 4}, {2, 3, 6, 8}, {2, 3, 3, 4},
       "ShiftedConvTranspose2d: x is [2, 3, 3, 4] but must be [N, 2, H, W]"},
      {"shifted_transpose_down_right", making<ShiftedConvTranspose2d>(kDownRight, 2, 3), {2, 2, 3, 4}, {2, 3, 6, 8}},
      {"gated_residual", making<GatedResidual>(kDown, 2, Size2(2, 3)), {2, 2, 4, 3}, {2, 2, 4, 3}, {2, 3, 4, 3},
       "GatedResidual: x is [2, 3, 4, 3] but must be [N, 2, H, W]"},
      {"gated_residual_side", making<WithSide>(kDownRight, 2, 2, 3), {1, 5, 3, 3}, {1, 2, 3, 3}},
      {"lstm", making<Lstm>(3, 4), {2, 5, 3}, {2, 5, 4}, {2, 5, 4}, "Lstm: x is [2, 5, 4] but must be [N, T, 3]"},
      {"lstm_two_layers", making<Lstm>(2, 3, 2), {3, 4, 2}, {3, 4, 3}, {4, 2}, "must be [N, T, 2]"},
      {"row_lstm", making<RowLstm>(3, 4), {3, 3, 4, 5}, {3, 4, 4, 5}, {2, 4, 4, 5},
       "RowLstm: x is [2, 4, 4, 5] but must be [N, 3, H, W]"},
      {"row_lstm_rgb", making<RowLstm>(3, 6, RowLstmOptions{.kernel = 5, .groups = 3}), {1, 3, 3, 4}, {1, 6, 3, 4}},
      {"diagonal_bilstm", making<DiagonalBiLstm>(3, 4), {3, 3, 4, 5}, {3, 4, 4, 5}, {2, 4, 4, 5},
       "DiagonalBiLstm: x is [2, 4, 4, 5] but must be [N, 3, H, W]"},
      {"diagonal_bilstm_rgb", making<DiagonalBiLstm>(3, 3, DiagonalBiLstmOptions{.groups = 3}), {1, 3, 4, 3},
       {1, 3, 4, 3}},
      {"conv_transpose2d", making<ConvTranspose2d>(3, 2, 4, ConvTransposeOptions{.stride = 2, .padding = 1}),
       {2, 3, 4, 3}, {2, 2, 8, 6}, {2, 2, 4, 3}, "ConvTranspose2d: x is [2, 2, 4, 3] but must be [N, 3, H, W]"},
      {"conv_transpose2d_output_padding",
       making<ConvTranspose2d>(
           2, 3, 3, ConvTransposeOptions{.stride = 2, .padding = 1, .output_padding = 1, .bias = false}),
       {1, 2, 3, 4}, {1, 3, 6, 8}, {2, 3, 4}, "must be [N, 2, H, W]"},
      {"batch_norm1d", making<BatchNorm1d>(5), {6, 5}, {6, 5}, {6, 4}, "BatchNorm1d: x is [6, 4] but must be [N, 5]"},
      {"batch_norm2d", making<BatchNorm2d>(3, BatchNormOptions{.momentum = Real(0.3)}),
       {4, 3, 3, 2}, {4, 3, 3, 2}, {4, 3},
       "BatchNorm2d: x is [4, 3] but must be [N, 3, H, W]"},
      {"batch_norm2d_eval", making<BatchNorm2d>(3), {4, 3, 3, 2}, {4, 3, 3, 2}, {4, 2, 3, 2}, "must be [N, 3, H, W]",
       /*training=*/false},
      {"batch_norm1d_eps", making<BatchNorm1d>(5, BatchNormOptions{.eps = Real(0.5)}), {6, 5}, {6, 5}, {6, 4},
       "BatchNorm1d: x is [6, 4] but must be [N, 5]"},
      {"batch_norm1d_plain", making<BatchNorm1d>(4, BatchNormOptions{.affine = false}), {5, 4}, {5, 4}, {1, 4},
       "BatchNorm1d: x is [1, 4], one value a channel, which has no variance"},
      {"layer_norm", making<LayerNorm>(8), {3, 8}, {3, 8}, {3, 7},
       "LayerNorm: x is [3, 7] but its last dimensions must be [8]"},
      {"layer_norm_eps", making<LayerNorm>(8, LayerNormOptions{.eps = Real(0.5)}), {3, 8}, {3, 8}, {3, 7},
       "LayerNorm: x is [3, 7] but its last dimensions must be [8]"},
      {"layer_norm_image", making<LayerNorm>(Shape{2, 3, 4}), {2, 2, 3, 4}, {2, 2, 3, 4}, {3, 4},
       "LayerNorm: x is [3, 4] but its last dimensions must be [2, 3, 4]"},
      {"relu", making<ReLU>(), {5, 6}, {5, 6}},
      {"leaky_relu", making<LeakyReLU>(Real(0.2)), {5, 6}, {5, 6}},
      {"elu", making<ELU>(Real(0.7)), {5, 6}, {5, 6}},
      {"gelu", making<GELU>(), {5, 6}, {5, 6}},
      {"silu", making<SiLU>(), {5, 6}, {5, 6}},
      {"tanh", making<Tanh>(), {5, 6}, {5, 6}},
      {"sigmoid", making<Sigmoid>(), {5, 6}, {5, 6}},
      {"softplus", making<Softplus>(), {5, 6}, {5, 6}},
      {"sequential", small_sequential, {4, 6}, {4, 3}, {4, 1, 2, 3}, "Linear: x is [4, 1, 2, 3] but must be [..., 6]"},
  };
}

}  // namespace gradfold
