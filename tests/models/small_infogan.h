#pragma once
#include "models/infogan.h"

namespace gradfold {

// Small enough for whole Jacobians; its losses and their gradients in PyTorch are in tests/fixtures/infogan.npz
// (tests/fixtures/make_infogan_fixtures.py).
inline InfoGanConfig small_infogan(Index lambda = 100, Index lambda_continuous = 50) {
  return {.maps = 2, .hidden = 6, .code_hidden = 5, .noise = 3, .categories = 3, .continuous = 2, .lambda = lambda,
          .lambda_continuous = lambda_continuous, .side = 8};
}

}  // namespace gradfold
