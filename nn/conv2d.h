#pragma once
#include "nn/module.h"
#include "tensor/conv.h"

namespace gradfold {

struct ConvOptions {
  Size2 stride = 1;
  Size2 padding = 0;
  bool bias = true;
};

// Convolution: y = bias + sum over taps of x shifted by the tap times the tap's matrix [out, in].
//   x [N, in, H, W] -> y [N, out, (H + 2 ph - kh) / sh + 1, (W + 2 pw - kw) / sw + 1]
//   weight [out, in, kh, kw], bias [out]
// Not supported: dilation, groups.
class Conv2d : public Module {
 public:
  Conv2d(Index in, Index out, Size2 kernel, ConvOptions options = {});

  const Index in, out;
  const Size2 kernel;
  const ConvOptions options;
  Var weight;
  Var bias;  // undefined without bias

  Var forward(const Var& x) override;
};

}  // namespace gradfold
