#pragma once
#include <vector>

#include "nn/module.h"
#include "tensor/conv.h"

namespace gradfold {

// A: the pixel itself is hidden (first layer). B: it is shown (every later layer). The vertical ones are for maps
// that know the rows above and nothing else (nn/gated_masked_conv.h): A shows the rows above the pixel's, B its row
// as well. None: nothing is hidden, an ordinary convolution, to see what the mask is good for.
enum class MaskType { kA, kB, kVerticalA, kVerticalB, kNone };

struct MaskedConvOptions {
  Index groups = 1;  // 3 for RGB: maps 0..C/3-1 belong to R, the next third to G, the last to B
  bool bias = true;
  bool relu = false;  // y = max(y, 0), in the same pass
};

// Convolution that cannot see the future (van den Oord et al. 2016, "Pixel Recurrent Neural Networks").
// Output pixel (r, s) sees input pixels above it, and left of it in its row. Of itself it sees the channel
// groups that come before (A), or up to (B), the output's own group: R, then G given R, then B given both.
//   x [N, in, H, W] -> y [N, out, H, W];  weight [out, in, kh, kw], zero where masked; bias [out]
// Taps that the mask drops whole are skipped, not multiplied by zero: a 3x3 of type B costs 5 taps of 9.
class MaskedConv2d : public Module {
 public:
  MaskedConv2d(MaskType type, Index in, Index out, Size2 kernel, MaskedConvOptions options = {});

  const MaskType type;
  const Index in, out;
  const Size2 kernel;
  const MaskedConvOptions options;
  const Tensor mask;            // [out, in, kh, kw] of 0 and 1
  const std::vector<Tap> taps;  // those that take part: some of their entries in the mask are 1
  Var weight;
  Var bias;  // undefined without bias

  Var forward(const Var& x) override;
  // The weight as conv2d with these taps takes it: zero where a tap is masked for some channels only.
  Var seen_weight() const;

 protected:
  void on_values_set() override;

 private:
  // Each tap is seen by all channels or by none, as with one group: skipping is then all there is to do. With
  // more groups the centre is seen in part.
  const bool taps_are_whole_;
};

// The mask [out, in, kh, kw] itself. The layer takes everything from it: another shape is a change here alone.
Tensor causal_mask(MaskType type, Index in, Index out, Size2 kernel, Index groups = 1);

}  // namespace gradfold
