#include "lessons/neighbor_regression.h"

#include "manifold/neighbors.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tensor/reduce.h"

namespace gradfold {

Tensor neighbor_guess(const Tensor& queries, const Tensor& points, const Tensor& point_factors, Index k) {
  check_shape("neighbor_guess", "point_factors", point_factors.shape(), {points.size(0), "K"});
  const Indices near = nearest_neighbors(queries, points, k).index;
  const Tensor of_neighbors = index_select(point_factors, 0, near.slice(0, near.numel()));
  return mean(of_neighbors.reshape({queries.size(0), k, point_factors.size(1)}), {1});
}

std::vector<double> r_squared(const Tensor& truth, const Tensor& guess) {
  check_shape("r_squared", "guess", guess.shape(), {truth.size(0), truth.size(1)});
  std::vector<double> out;
  for (Index f = 0; f < truth.size(1); ++f) {
    const Tensor y = truth.select(1, f).contiguous();
    out.push_back(1 - sum_of_squares(y - guess.select(1, f)) / sum_of_squares(y - mean(y)));
  }
  return out;
}

std::vector<double> neighbor_r2(const Tensor& queries, const Tensor& query_factors, const Tensor& points,
                                const Tensor& point_factors, Index k) {
  return r_squared(query_factors, neighbor_guess(queries, points, point_factors, k));
}

}  // namespace gradfold
