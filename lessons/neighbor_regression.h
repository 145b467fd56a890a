#pragma once
#include <vector>

#include "tensor/tensor.h"

namespace gradfold {

// Each query's k nearest points guess its factors: the mean of theirs. queries [M, D], points [N, D], point_factors
// [N, K] -> [M, K].
Tensor neighbor_guess(const Tensor& queries, const Tensor& points, const Tensor& point_factors, Index k);

// Share of every factor's variance that a guess explains: R^2 = 1 - sum (truth - guess)^2 / sum (truth - mean)^2,
// both [M, K]. 1: exact; 0: no better than the mean of all; NaN for a factor that never changes.
std::vector<double> r_squared(const Tensor& truth, const Tensor& guess);

// R^2 of the guess of every factor of the queries.
std::vector<double> neighbor_r2(const Tensor& queries, const Tensor& query_factors, const Tensor& points,
                                const Tensor& point_factors, Index k);

}  // namespace gradfold
