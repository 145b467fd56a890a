#pragma once
#include <map>
#include <vector>

#include "models/autoregressive.h"
#include "viz/chart.h"

namespace gradfold {

// How long a model takes to draw the same square images by each of its samplers, two at a time. Only ratios and growth
// mean anything elsewhere.
struct SamplerRace {
  std::vector<double> sides = {};                       // of the images, growing
  std::map<Sampler, std::vector<double>> seconds = {};  // of each sampler, at each side
  Index differ = 0;  // of all pairs of images, those that are not bit for bit what the cached sampler drew
  Index passes = 0;  // how often the naive sampler ran the net over the largest images

  // e, if the time grows as side^e from the smallest side to the largest.
  double exponent(Sampler sampler) const;
  // Seconds against sides, both on a log scale.
  Chart chart() const;
};

// The least of several times counts: two for the samplers that run the whole net (one at the largest side), 20 for the
// cached one. For a model that does not look ahead (PixelCnnConfig::masked).
SamplerRace race_samplers(AutoregressiveModel& model, const std::vector<double>& sides, const Rng& rng);

}  // namespace gradfold
