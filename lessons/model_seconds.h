#pragma once
#include <functional>
#include <vector>

#include "models/autoregressive.h"

namespace gradfold {

// What working with a model takes, in seconds. Only ratios mean anything elsewhere.
struct ModelSeconds {
  double step;    // of training, on the images given; the weights stay as they are
  double naive;   // one image drawn by the naive sampler: what its eight pixels in the middle take, times all / 8
  double cached;  // one image drawn by the cached sampler
};
struct Turns {
  std::vector<ModelSeconds> models;
  std::vector<double> others;
};
// All models and all other pieces of work take turns (median_seconds of lessons/comparison.h), on images [N, C, H, W].
Turns time_in_turns(const std::vector<AutoregressiveModel*>& models, const Tensor& images,
                    const std::vector<std::function<void()>>& others, int rounds, Rng& rng);

}  // namespace gradfold
