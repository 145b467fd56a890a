#pragma once
#include <string>
#include <vector>

#include "tensor/tensor.h"

namespace gradfold {

// The importance-weighted bound (models/elbo.h) on -log p(x) with more and more draws of z for each image: nats, the
// mean over images.
struct IwaeLadder {
  std::vector<double> draws, nats;
  double least_gain;  // of the steps from one number of draws to the next, in standard errors of the paired difference
  std::string str() const;  // "K = 1: 84.21, K = 10: 82.93"
};
// log_weights [N, M] of N >= 2 images; draws are two or more numbers, growing, M at most.
IwaeLadder iwae_ladder(const Tensor& log_weights, const std::vector<double>& draws);

}  // namespace gradfold
