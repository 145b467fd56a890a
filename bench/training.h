#pragma once
#include <memory>

#include "models/pixel_cnn.h"
#include "nn/optim/adam.h"

namespace gradfold::bench {

// A model of binary images in training, on one batch of 28x28 pixels over and over.
struct ModelTraining {
  ModelTraining(std::unique_ptr<LikelihoodModel> net, Index batch)
      : model(std::move(net)), optimizer(model->parameters(), {.lr = 1e-3}),
        x(Rng(1).bernoulli(Tensor::full({batch, 1, 28, 28}, Real(0.15)))) {}

  void step() {
    const Var loss = model->nll(x);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
  }

  std::unique_ptr<LikelihoodModel> model;
  Adam optimizer;
  Tensor x;
};

// By default the PixelCNN of the lectures, 64 maps in the trunk, 32 inside, 7 blocks.
inline ModelTraining pixel_cnn_training(Index batch, PixelCnnConfig config = {.maps = 32, .blocks = 7}) {
  Rng rng(1);
  return {std::make_unique<PixelCnn>(config, rng), batch};
}

}  // namespace gradfold::bench
