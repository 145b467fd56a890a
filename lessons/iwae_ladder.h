#pragma once
#include <string>
#include <vector>

#include "tensor/tensor.h"

namespace gradfold {

// The importance-weighted bound (models/elbo.h) on -log p(x) with more and more draws of z for each image: nats, the
// mean over images.
struct IwaeLadder {
  std::vector<double> draws, nats;
  std::string str() const;  // "K = 1: 84.21, K = 10: 82.93"
};
// log_weights [N, M]; draws are numbers of them, M at most.
IwaeLadder iwae_ladder(const Tensor& log_weights, const std::vector<double>& draws);

}  // namespace gradfold
