#pragma once
#include "nn/dropout.h"
#include "nn/linear.h"
#include "nn/masked_conv2d.h"

namespace gradfold {

// The two stacks of Gated PixelCNN: vertical maps know the rows above a pixel's, horizontal ones also what is left of
// it in its row.
struct GatedMaps {
  Var vertical, horizontal;  // [N, maps, H, W]
};

struct GatedMaskedConvOptions {
  Index groups = 1;     // 3 for RGB, as in MaskedConv2d
  Index condition = 0;  // length of a vector that every pixel is conditioned on, such as a class as one-hot; 0: none
  DropoutOptions dropout = {};  // of what the gates let through, in both stacks
};

// A layer of Gated PixelCNN (van den Oord et al. 2016, "Conditional image generation with PixelCNN decoders",
// arXiv 1606.05328, figure 2), whose masks leave no blind spot: what is above comes through the vertical stack, which
// sees whole rows, and not around corners.
//
//   V = K_v * v + U_v z                          v' = gate(V)      gate(f, g) = tanh(f) sigmoid(g)
//   H = K_h * h + W V + U_h z                    h' = h + W' gate(H)      (first layer, mask A: without h +)
//
// K_v is kernel x kernel over rows above (and, after the first layer, the row itself: v knows only earlier rows
// there), K_h is 1 x kernel, masked; W and W' are 1 x 1; z [N, condition] is optional. Dropout is of both
// gates' results.
class GatedMaskedConv : public Module {
 public:
  // type: A for the first layer, B for later ones.
  GatedMaskedConv(MaskType type, Index in, Index maps, Index kernel, GatedMaskedConvOptions options = {});

  const MaskType type;
  const Index in, maps, kernel;
  const GatedMaskedConvOptions options;
  MaskedConv2d& vertical;    // in -> 2 maps
  MaskedConv2d& horizontal;  // in -> 2 maps
  MaskedConv2d& link;        // 2 maps -> 2 maps, vertical to horizontal
  MaskedConv2d& out;         // maps -> maps
  Dropout& dropout;
  Linear* vertical_condition = nullptr;  // condition -> 2 maps, no bias; null without condition
  Linear* horizontal_condition = nullptr;

  GatedMaps run(const GatedMaps& x, const Var& z = {});
};

}  // namespace gradfold
