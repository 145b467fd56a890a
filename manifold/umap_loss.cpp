#include "manifold/umap_loss.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "tensor/check.h"
#include "tensor/parallel.h"

namespace gradfold {
namespace {

// v ln v, which is 0 at 0.
double v_log_v(double v) { return v > 0 ? v * std::log(v) : 0; }

std::vector<double> degrees(const SparseRows& graph) {
  std::vector<double> sums;
  for (Index i = 0; i < graph.size(); ++i) {
    double sum = 0;
    for (Index e = graph.start[i]; e < graph.start[i + 1]; ++e) sum += graph.value[e];
    sums.push_back(sum);
  }
  return sums;
}

}  // namespace

UmapLoss umap_loss(const SparseRows& graph, const Tensor& map, const UmapLayoutOptions& options, Index rows) {
  require(map.rank() == 2 && map.size(0) == graph.size(), "umap_loss",
          "y is {} but the graph has {} points; y must have a row for each", map.shape(), graph.size());
  require(rows > 0, "umap_loss", "rows is {} but must be positive", rows);
  const Index n = map.size(0), c = map.size(1), every = (n + rows - 1) / rows, used = (n + every - 1) / every;
  const Tensor y = map.contiguous();
  const std::vector<double> degree = degrees(graph);
  const double share =
      static_cast<double>(options.negative_sample_rate) * options.repulsion_strength / (4 * static_cast<double>(n));
  // a d^(2b) = p, so that w = 1 / (1 + p) and 1 - w = p / (1 + p).
  const auto apart = [&](Index i, Index j) {
    double d2 = 0;
    for (Index k = 0; k < c; ++k) {
      const double away = y.data()[i * c + k] - y.data()[j * c + k];
      d2 += away * away;
    }
    return std::max(1e-4, options.curve.a * std::pow(d2, options.curve.b));
  };
  // Each sum over j, of the points i of a range; f(i, j, p) for all others, g(v, p) for those that an edge joins.
  const auto sum = [&](auto f, auto g) {
    const double total = ordered_sum(used, 4, [&](Index begin, Index end) {
      double part = 0;
      for (Index i = begin * every; i < std::min(n, end * every); i += every) {
        for (Index j = 0; j < n; ++j)
          if (j != i) part += f(i, j, apart(i, j));
        for (Index e = graph.start[i]; e < graph.start[i + 1]; ++e)
          if (graph.column[e] != i) part += g(static_cast<double>(graph.value[e]), apart(i, graph.column[e]));
      }
      return part;
    });
    return total / 2 / static_cast<double>(used);
  };
  const auto push = [&](Index i, Index j, double p) { return share * (degree[i] + degree[j]) * std::log1p(1 / p); };
  return {.cross_entropy = sum([](Index, Index, double p) { return std::log1p(1 / p); },  // as if no edge were there
                               [](double v, double p) { return v_log_v(v) + v_log_v(1 - v) + v * std::log(p); }),
          .sampled = sum(push, [](double v, double p) { return v * std::log1p(p); })};
}

}  // namespace gradfold
