#pragma once
#include <vector>

#include "tensor/random.h"
#include "tensor/tensor.h"

// Do two sets of images come from one distribution? Distances are those of the pixels, which is crude: a
// difference that they show is there, one that they do not show may be there all the same.
namespace gradfold {

// Euclidean distance from each row of x [N, D] to its nearest row of reference [M, D].
std::vector<double> nearest_distances(const Tensor& x, const Tensor& reference);

double median(std::vector<double> values);

struct EnergyTest {
  double distance;  // 0 for equal distributions, above 0 for others
  double p_value;   // how often shuffled sets are at least this far apart; small: they differ
};
// The energy distance 2 E|x - y| - E|x - x'| - E|y - y'| between x [N, D] and y [M, D] (Szekely and Rizzo
// 2013), and how it ranks among `permutations` random ways to cut the pooled rows in two.
EnergyTest energy_test(const Tensor& x, const Tensor& y, Rng& rng, Index permutations = 200);

// Mean of several runs and how far they spread.
struct Spread {
  double mean, low, high, deviation;  // deviation: the sample standard deviation, 0 for one run
};
Spread spread(const std::vector<double>& runs);

}  // namespace gradfold
