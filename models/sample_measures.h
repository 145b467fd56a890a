#pragma once
#include <vector>

#include "tensor/indices.h"
#include "tensor/random.h"
#include "tensor/tensor.h"

// What can be said about samples that nobody can look up: how near they are to other images, whether they come from
// the same distribution, and what a classifier makes of them.
namespace gradfold {

// |x_i - y_j| for all pairs of rows: x [N, D], y [M, D] -> [N, M].
Tensor pair_distances(const Tensor& x, const Tensor& y);

struct Nearest {
  std::vector<double> distance;  // Euclidean
  Indices row;                   // of the reference
};
// The nearest row of reference [M, D] to each row of x [N, D].
Nearest nearest(const Tensor& x, const Tensor& reference);

// Maximum mean discrepancy (Gretton et al. 2012, "A Kernel Two-Sample Test", JMLR 13): how far the means of two
// distributions lie apart where a kernel puts them,
//   MMD^2 = E k(x, x') + E k(y, y') - 2 E k(x, y),   k(a, b) = exp(-|a - b|^2 / (2 width^2)),
// which is 0 for one and the same distribution and, with this kernel, for no two others.
struct Discrepancy {
  double squared;  // unbiased estimate: may fall below 0
  double p_value;  // share of random divisions of the pooled samples that give at least as much; never below
                   // 1 / (permutations + 1)
  double width;    // the median distance of pooled samples
};
// x [N, D] and y [M, D] of two or more rows each.
Discrepancy discrepancy(const Tensor& x, const Tensor& y, Rng rng, Index permutations = 200);

// What a classifier says of samples, from its log p(class | x) [N, classes]; all in nats.
struct ClassVerdict {
  double doubt;     // mean entropy of p(class | x): 0 where it is sure of every sample
  double variety;   // entropy of the mean of p(class | x): log(classes) where all classes come as often
  double confident; // share of samples of which it gives one class 0.9 or more
  // exp of this is the inception score (Salimans et al. 2016) with this classifier in Inception's place.
  double information() const { return variety - doubt; }
};
ClassVerdict class_verdict(const Tensor& log_posterior);

}  // namespace gradfold
