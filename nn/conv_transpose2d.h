#pragma once
#include "nn/module.h"
#include "tensor/conv.h"

namespace gradfold {

struct ConvTransposeOptions {
  Size2 stride = 1;
  Size2 padding = 0;
  Size2 output_padding = 0;  // rows and columns added below and right: settles what stride leaves open
  bool bias = true;
};

// The transpose of Conv2d as a linear map: each input pixel paints its kernel onto the output.
//   x [N, in, H, W] -> y [N, out, (H - 1) sh - 2 ph + kh + oph, (W - 1) sw - 2 pw + kw + opw]
//   weight [in, out, kh, kw] (in first, as in PyTorch), bias [out]
// Not supported: dilation, groups.
class ConvTranspose2d : public Module {
 public:
  ConvTranspose2d(Index in, Index out, Size2 kernel, ConvTransposeOptions options = {});

  const Index in, out;
  const Size2 kernel;
  const ConvTransposeOptions options;
  Var weight;
  Var bias;  // undefined without bias

  Var forward(const Var& x) override;
};

}  // namespace gradfold
