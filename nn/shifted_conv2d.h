#pragma once
#include "nn/weight_norm.h"
#include "tensor/conv.h"

namespace gradfold {

// Where a window stands whose last row is its pixel's. kDown: the columns on both sides of the pixel.
// kDownRight: the pixel's column is the last.
enum class Shift { kDown, kDownRight };

struct ShiftedConvOptions {
  Index stride = 1;
  Real gain = 1;  // deviation of the outputs when they are calibrated (nn/weight_norm.h)
};

// Convolution whose window ends at its pixel, so that nothing has to be masked (Salimans et al. 2017, "PixelCNN++",
// arXiv 1701.05517, figure 2): a kernel of kh rows sees the pixel's row and kh - 1 rows above. Weight-normalised.
//   x [N, in, H, W] -> y [N, out, ceil(H / stride), ceil(W / stride)];  weight [out, in, kh, kw], bias [out]
class ShiftedConv2d : public WeightNormed {
 public:
  ShiftedConv2d(Shift shift, Index in, Index out, Size2 kernel, ShiftedConvOptions options = {});

  const Shift shift;
  const Index in, out;
  const Size2 kernel;
  const ShiftedConvOptions options;

  // Columns of the window that stand left of the pixel.
  Index left() const { return shift == Shift::kDown ? kernel.w / 2 : kernel.w - 1; }
  Var forward(const Var& x) override;
};

// The way back from a stride of 2: each pixel paints two rows of the larger image. kDown with 3 columns, the
// outer ones shared with its neighbours; kDownRight with 2. Weight-normalised.
//   x [N, in, H, W] -> y [N, out, 2H, 2W], or of the size asked for;  weight [in, out, 2, 3 or 2], bias [out]
class ShiftedConvTranspose2d : public WeightNormed {
 public:
  ShiftedConvTranspose2d(Shift shift, Index in, Index out);

  const Shift shift;
  const Index in, out;
  const Size2 kernel;

  Var forward(const Var& x) override { return to_size(x, {2 * x.size(2), 2 * x.size(3)}); }
  // What the stride made of an image of this size, back to it: 2H or 2H - 1 rows, 2W or 2W - 1 columns.
  Var to_size(const Var& x, Size2 size);
};

}  // namespace gradfold
