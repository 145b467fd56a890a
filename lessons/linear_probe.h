#pragma once
#include <vector>

#include "tensor/indices.h"
#include "tensor/tensor.h"

namespace gradfold {

// What a linear classifier finds in features: the share of held-out rows test_x [M, D] whose class test_y it tells
// after it was fitted to x [N, D] with labels y of ten classes. Features are scaled to mean 0 and variance 1 of x
// first, so that their units do not matter; a weight penalty of 0.01 keeps few rows from being learned by heart.
double linear_probe(const Tensor& x, const Indices& y, const Tensor& test_x, const Indices& test_y);

// The same with the first 50, 100, ... rows alone, for each of these numbers of labels.
std::vector<double> few_label_probes(const Tensor& x, const Indices& y, const Tensor& test_x, const Indices& test_y,
                                     const std::vector<double>& labels);

}  // namespace gradfold
