#pragma once
#include "data/strokes.h"
#include "models/likelihood_model.h"
#include "nn/optim/adam.h"
#include "tensor/elementwise.h"
#include "tensor/reduce.h"

// A training run of a second, for tests of what a model has learned.
namespace gradfold {

// Digits shrunk to 4x4, [n, 1, 4, 4]: 1 where a block of 7x7 pixels holds some ink.
inline Tensor digits_4x4(Index n) {
  const Tensor blocks = stroke_digits(n, Rng(7)).images.reshape({n, 1, 4, 7, 4, 7});
  return greater(mean(blocks, {3, 5}), Tensor::scalar(Real(0.2)));
}

// Adam over x [N, C, H, W] in the order in which it stands; a last, partial batch is left out.
inline void train(LikelihoodModel& model, const Tensor& x, Index batch, int epochs, const Indices& labels = {}) {
  Adam optimizer(model.parameters(), {.lr = 3e-3});
  for (int epoch = 0; epoch < epochs; ++epoch) {
    for (Index from = 0; from + batch <= x.size(0); from += batch) {
      const Indices known = labels.numel() > 0 ? labels.slice(from, from + batch) : Indices{};
      Var loss = model.nll(x.slice(0, from, from + batch).contiguous(), known);
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
    }
  }
}

}  // namespace gradfold
