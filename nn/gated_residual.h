#pragma once
#include "nn/dropout.h"
#include "nn/shifted_conv2d.h"

namespace gradfold {

struct GatedResidualOptions {
  Index side = 0;               // maps of the side input; 0: there is none
  DropoutOptions dropout = {};  // of the maps between the two convolutions
};

// A residual block of PixelCNN++ (Salimans et al. 2017, arXiv 1701.05517, after their code):
//
//   c = dropout(f(K1 * f(x) + W f(side)))      [a, b] = K2 * c      y = x + a sigmoid(b)      f = concat_elu
//
// K1 and K2 are of one kernel (nn/shifted_conv2d.h), W is 1 x 1; f doubles the maps.
//   x [N, maps, H, W], side [N, side, H, W] -> y [N, maps, H, W]
class GatedResidual : public Module {
 public:
  GatedResidual(Shift shift, Index maps, Size2 kernel, GatedResidualOptions options = {});

  const Index maps;
  const GatedResidualOptions options;
  ShiftedConv2d& first;                 // K1: 2 maps -> maps
  ShiftedConv2d* side_layer = nullptr;  // W: 2 side -> maps; null without a side input
  ShiftedConv2d& second;                // K2: 2 maps -> 2 maps

  Var run(const Var& x, const Var& side = {});
  Var forward(const Var& x) override { return run(x); }

 private:
  Dropout& dropout_;
};

}  // namespace gradfold
