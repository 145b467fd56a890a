#pragma once
#include <functional>
#include <vector>

#include "tensor/tensor.h"

// Two models on the same images, two pieces of work in the same minute: what is left of a difference when what moves
// both is taken out.
namespace gradfold {

// How much more a [N] is than b [N] in the mean, and the standard error of that: of the differences, because an image
// that is hard for one model is hard for the other. It covers the choice of images, not that of first values.
struct Lead {
  double mean, error;
};
Lead paired_lead(const Tensor& a, const Tensor& b);

// Seconds of each piece of work: the median of `rounds` (at least 1) in which they take turns, so that a disturbance
// of the machine meets them all. Only their ratios mean anything elsewhere. One round more goes first, uncounted.
std::vector<double> median_seconds(int rounds, const std::vector<std::function<void()>>& ways);

}  // namespace gradfold
