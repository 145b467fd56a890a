#pragma once
#include <vector>

#include "models/sample_measures.h"
#include "tensor/tensor.h"

// What lessons say about samples that nobody can look up: whether they can be told from real images, and whether they
// come as often as they should. How near they are to the training images: models/sample_measures.h.
namespace gradfold {

struct Verdict {
  double accuracy;  // share of held-apart images that the judge sorts right: 0.5 is guessing, 1 is certain
  double p_value;   // how often guessing does at least as well
};
// Classifier two-sample test (Lopez-Paz & Oquab 2017): a small convolutional net learns to tell images a
// [N, C, H, W] from images b on two thirds of them and is asked about the last third, three times, so that it
// is asked about every image. That it fails is no proof that the two are alike: a better judge may find more.
Verdict judge(const Tensor& a, const Tensor& b, std::uint64_t seed);

// Numbers of outcomes by their probability p, the likeliest first; of equal ones the smaller number.
std::vector<std::size_t> likeliest_first(const std::vector<double>& p);
// How far p is from how often its outcomes occur, 0 to 1: by likelihood they are put into groups (the likeliest, the
// next two, the next four, ...), so that the rare ones are counted together; this is the share of occurrences that
// fall into another group than p says (the total variation distance of the groups). Chance alone makes it about
// 0.4 sum_g sqrt(p_g / n) in n occurrences.
double misplaced(const std::vector<double>& p, const std::vector<double>& share);

double median(std::vector<double> values);
// The value that this share, 0 to 1, of the others is below: of n sorted values number share * (n - 1), rounded down.
double quantile(std::vector<double> values, double share);

// Several runs: their mean and how far they spread.
struct Spread {
  double mean, low, high, deviation;  // deviation: the sample standard deviation, 0 for one run
};
Spread spread(const std::vector<double>& runs);

}  // namespace gradfold
