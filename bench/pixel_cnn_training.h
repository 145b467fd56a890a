#pragma once
#include "models/pixel_cnn.h"
#include "nn/optim/adam.h"

namespace gradfold::bench {

// A PixelCNN in training: by default that of the lectures, 64 maps in the trunk, 32 inside, 7 blocks.
struct PixelCnnTraining {
  explicit PixelCnnTraining(Index batch, PixelCnnConfig config = {.maps = 32, .blocks = 7})
      : rng(1), model(config, rng), optimizer(model.parameters(), {.lr = 1e-3}),
        x(rng.bernoulli(Tensor::full({batch, 1, 28, 28}, Real(0.15)))) {}

  void step() {
    const Var loss = model.nll(x);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
  }

  Rng rng;
  PixelCnn model;
  Adam optimizer;
  Tensor x;
};

}  // namespace gradfold::bench
