#pragma once
#include <vector>

#include "models/elbo.h"
#include "nn/conv2d.h"
#include "nn/conv_transpose2d.h"
#include "nn/dropout.h"
#include "nn/linear.h"
#include "nn/sequential.h"
#include "tensor/indices.h"

// The two nets of a VAE, as an MLP and as a convolutional net; a mirror of each other.
namespace gradfold {

struct VaeNetOptions {
  Index height = 28, width = 28, channels = 1;  // of the images
  Index numbers = 1;  // that the decoder says of each pixel
  Index latents = 20;
  Index classes = 0;  // > 0: both nets are told the class of each image
  // MLP: `layers` hidden layers of `hidden` units.
  Index hidden = 400, layers = 1;
  // Convolutional if maps > 0: so many maps at half the size, twice as many at each size below; `halvings` times half
  // the rows and columns, with `blocks` residual blocks at each size.
  // `dense` hidden units between the smallest maps and the latents, if any.
  Index maps = 0, halvings = 3, blocks = 1, dense = 0;
  Real dropout = 0;  // share of the last hidden units (or maps) before the latents, and the first after them
};

// A residual block of three convolutions, x + 1x1 (relu (3x3 (relu (1x1 (relu x))))), with half as many maps inside.
// x [N, C, H, W] -> the same
class VaeBlock : public Module {
 public:
  explicit VaeBlock(Index maps);

  Conv2d& reduce;  // 1x1, to half the maps
  Conv2d& conv;    // 3x3
  Conv2d& expand;  // 1x1

  // What the block computes. To change it, change this and let forward return it.
  Var composed(const Var& x);
  // The same as one op.
  Var forward(const Var& x) override;
};

// q(z | x) or q(z | x, class): the means and log variances of all latents.
//   MLP             2x - 1 (and the class, one-hot) -> [Linear, relu] x layers -> Linear to 2D
//   convolutional   2x - 1 (and a map of 0 or 1 for each class) -> halvings times: 3x3 with stride 2, blocks
//                   -> relu -> [Linear to `dense`, relu] -> Linear to 2D
class VaeEncoder : public Module {
 public:
  // rng: for dropout; outlives the net.
  VaeEncoder(const VaeNetOptions& options, Rng& rng);

  // x [N, C, H, W], labels [N] or none -> mean and log_var [N, D]
  Posterior posterior(const Var& x, const Indices& labels);

  const VaeNetOptions options;

 private:
  Sequential& trunk_;
  Linear& head_;
};

// The numbers that the decoder says of each pixel, given z.
//   MLP             z (and the class, one-hot) -> [Linear, relu] x layers -> Linear to all pixels
//   convolutional   z (and the class) -> [Linear to `dense`, relu] -> Linear to the smallest maps
//                   -> halvings times: blocks, relu, transposed 3x3 with stride 2
class VaeDecoder : public Module {
 public:
  VaeDecoder(const VaeNetOptions& options, Rng& rng);

  // z [N, D], labels [N] or none -> [N, numbers, H, W]
  Var pixels(const Var& z, const Indices& labels);

  const VaeNetOptions options;

 private:
  Sequential& trunk_;
};

}  // namespace gradfold
