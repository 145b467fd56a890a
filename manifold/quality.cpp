#include "manifold/quality.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include "manifold/check_points.h"
#include "manifold/distances.h"
#include "manifold/neighbors.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tensor/parallel.h"

namespace gradfold {
namespace {

constexpr Index kBlock = 1 << 24;  // distances held at a time: 64 MiB
constexpr Index kQualityRowsTogether = 8;

// Rank of point j seen from i: 1 for the nearest. Equally far ones count if they stand before j.
Index rank_of(const Real* row, Index n, Index i, Index j) {
  const Real at = row[j];
  std::int32_t nearer = 0;
  for (Index l = 0; l < j; ++l) nearer += row[l] <= at;
  for (Index l = j + 1; l < n; ++l) nearer += row[l] < at;
  const bool counted_itself = i < j ? row[i] <= at : row[i] < at;
  return nearer - counted_itself + 1;
}

// sum_i sum_j (rank of j seen from i in `space` - k) over those of i's `near` that are not its `own` in that space.
double rank_excess(const Tensor& space, const Neighbors& own, const Neighbors& near, const RowProgress& progress = {}) {
  const SquaredDistances distances(space * scale_for_squares(space));  // ranks have no unit
  const Index n = space.size(0), k = near.index.shape[1];
  const Index rows = std::min(n, std::max<Index>(kBlock / n, 16));
  Tensor block({rows, n});
  double total = 0;
  for (Index first = 0; first < n; first += rows) {
    const Index count = std::min(rows, n - first);
    distances.fill(first, first + count, block.data());
    total += ordered_sum(count, kQualityRowsTogether, [&, seen = std::as_const(block).data()](Index begin, Index end) {
      double sum = 0;
      for (Index i = first + begin; i < first + end; ++i) {
        const auto* theirs = &own.index.values[i * k];
        for (Index e = i * k; e < (i + 1) * k; ++e) {
          if (std::find(theirs, theirs + k, near.index[e]) != theirs + k) continue;
          // Rounding may rank a point among the k that the exact search has found to be none of them.
          sum += std::max<Index>(0, rank_of(seen + (i - first) * n, n, i, near.index[e]) - k);
        }
      }
      return sum;
    });
    if (progress) progress(first + count, n);
  }
  return total;
}

void check_trust(std::string_view who, const Tensor& x, const Tensor& y, Index k) {
  check_points(who, "x", x, 3);
  check_points(who, "y", y, 3);
  const Index n = x.size(0);
  require(y.size(0) == n, who, "x has {} points and y {}; row i of both must be the same point", n, y.size(0));
  require(k >= 1 && 2 * k < n, who, "k is {} but must be from 1 to {}, less than half of the {} points", k, (n - 1) / 2,
          n);
}

// 1 for no excess.
double trust(double excess, Index points, Index neighbors) {
  const double n = static_cast<double>(points), k = static_cast<double>(neighbors);
  return 1 - 2 / (n * k * (2 * n - 3 * k - 1)) * excess;
}

// The label that most of a point's neighbours have.
std::int32_t vote(const std::int32_t* near, Index k, const Indices& labels) {
  std::map<std::int32_t, int> votes;
  for (Index j = 0; j < k; ++j) ++votes[labels[near[j]]];
  return std::max_element(votes.begin(), votes.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; })->first;
}

void check_labels(std::string_view who, const Indices& labels, Index n) {
  require(labels.numel() == n, who, "there are {} labels for {} points; each point needs one", labels.numel(), n);
}

// Share of the points whose own label is what their neighbours' labels vote for.
double share_right(const Indices& own, const Neighbors& near, const Indices& labels) {
  const Index n = own.numel(), k = near.index.numel() / n;
  Index right = 0;
  for (Index i = 0; i < n; ++i) right += vote(&near.index.values[i * k], k, labels) == own[i];
  return static_cast<double>(right) / static_cast<double>(n);
}

// Sums of a linear correlation.
struct Moments {
  double n = 0, a = 0, b = 0, aa = 0, bb = 0, ab = 0;
  void add(double x, double y) { n += 1, a += x, b += y, aa += x * x, bb += y * y, ab += x * y; }
  void add(const Moments& m) { n += m.n, a += m.a, b += m.b, aa += m.aa, bb += m.bb, ab += m.ab; }
  double correlation() const {
    const double va = aa - a * a / n, vb = bb - b * b / n;
    return va > 0 && vb > 0 ? (ab - a * b / n) / std::sqrt(va * vb) : 0;
  }
};

double distance(const Real* y, Index d, Index i, Index j) {
  return std::sqrt(squared_distance(y + i * d, y + j * d, d));
}

double correlation(const Tensor& distances, const Tensor& y) {
  const Index n = y.size(0), d = y.size(1);
  constexpr Index kTogether = 32;
  std::vector<Moments> parts((n + kTogether - 1) / kTogether);
  parallel_for(n, kTogether, [&, given = distances.data(), map = y.data()](Index begin, Index end) {
    Moments& part = parts[begin / kTogether];
    for (Index i = begin; i < end; ++i)
      for (Index j = i + 1; j < n; ++j) part.add(given[i * n + j], distance(map, d, i, j));
  });
  Moments all;
  for (const Moments& part : parts) all.add(part);
  return all.correlation();
}

// Ranks 0, 1, ...; equal values share their mean rank.
std::vector<double> ranks(const std::vector<Real>& values) {
  std::vector<std::int32_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](int a, int b) { return values[a] < values[b]; });
  std::vector<double> out(values.size());
  for (std::size_t begin = 0, end; begin < order.size(); begin = end) {
    for (end = begin + 1; end < order.size() && values[order[end]] == values[order[begin]];) ++end;
    for (std::size_t i = begin; i < end; ++i) out[order[i]] = (static_cast<double>(begin + end) - 1) / 2;
  }
  return out;
}

void check_pair(std::string_view who, const Tensor& distances, const Tensor& y) {
  check_points(who, "y", y, 3);
  check_shape(who, "distances", distances.shape(), {y.size(0), y.size(0)});
  check_points(who, "distances", distances, 3);
}

}  // namespace

double trustworthiness(const Tensor& x, const Tensor& y, Index k) {
  check_trust("trustworthiness", x, y, k);
  return trust(rank_excess(x, nearest_neighbors(x, k), nearest_neighbors(y, k)), x.size(0), k);
}

double continuity(const Tensor& x, const Tensor& y, Index k) {
  check_trust("continuity", x, y, k);
  return trust(rank_excess(y, nearest_neighbors(y, k), nearest_neighbors(x, k)), x.size(0), k);
}

MapTrust map_trust(const Tensor& x, const Tensor& y, Index k, const RowProgress& progress) {
  check_trust("map_trust", x, y, k);
  // Work in the data's space takes the time, in two passes over the rows; the map's few coordinates take none.
  const auto pass = [&](Index before) -> RowProgress {
    if (!progress) return {};
    return [&progress, before](Index done, Index all) { progress(before + done, 2 * all); };
  };
  const Index n = x.size(0);
  const Neighbors of_x = nearest_neighbors(x, k, pass(0)), of_y = nearest_neighbors(y, k);
  return {trust(rank_excess(x, of_x, of_y, pass(n)), n, k), trust(rank_excess(y, of_y, of_x), n, k)};
}

double knn_accuracy(const Tensor& y, const Indices& labels, Index k) {
  check_points("knn_accuracy", "y", y, 2);
  const Index n = y.size(0);
  check_labels("knn_accuracy", labels, n);
  require(k >= 1 && k < n, "knn_accuracy", "k is {} but there are {} points; it must be from 1 to {}", k, n, n - 1);
  return share_right(labels, nearest_neighbors(y, k), labels);
}

double knn_accuracy(const Tensor& y, const Indices& labels, const Tensor& known, const Indices& known_labels,
                    Index k) {
  check_points("knn_accuracy", "y", y, 1);
  check_points("knn_accuracy", "known", known, 1);
  check_labels("knn_accuracy", labels, y.size(0));
  check_labels("knn_accuracy", known_labels, known.size(0));
  require(k >= 1 && k <= known.size(0), "knn_accuracy", "k is {} but {} points are known; it must be from 1 to {}", k,
          known.size(0), known.size(0));
  return share_right(labels, nearest_neighbors(y, known, k), known_labels);
}

double residual_variance(const Tensor& distances, const Tensor& y) {
  check_pair("residual_variance", distances, y);
  const double r = correlation(distances.contiguous(), y.contiguous());
  return 1 - r * r;
}

DistanceAgreement distance_agreement(const Tensor& given, const Tensor& map) {
  check_pair("distance_agreement", given, map);
  const Tensor distances = given.contiguous(), y = map.contiguous();
  const Index n = y.size(0), d = y.size(1);
  std::vector<Real> a, b;
  a.reserve(n * (n - 1) / 2), b.reserve(n * (n - 1) / 2);
  for (Index i = 0; i < n; ++i)
    for (Index j = i + 1; j < n; ++j) {
      a.push_back(distances.data()[i * n + j]);
      b.push_back(static_cast<Real>(distance(y.data(), d, i, j)));
    }
  const std::vector<double> rank_a = ranks(a), rank_b = ranks(b);
  Moments of_ranks;
  for (std::size_t i = 0; i < a.size(); ++i) of_ranks.add(rank_a[i], rank_b[i]);
  return {correlation(distances, y), of_ranks.correlation()};
}

DistanceAgreement geodesic_agreement(const Graph& graph, const Tensor& y, Index most) {
  check_points("geodesic_agreement", "y", y, 3);
  const Index n = graph.size(), count = std::min(n, most);
  require(y.size(0) == n, "geodesic_agreement", "the graph has {} nodes and y {} rows; they must be equal", n,
          y.size(0));
  const Components parts = connected_components(graph);
  require(parts.count() == 1, "geodesic_agreement",
          "the graph is {}, and no path leads from one to another; hint: more neighbours, or join_components()",
          parts.str());
  Indices chosen(Shape{count});
  for (Index i = 0; i < count; ++i) chosen[i] = static_cast<std::int32_t>(i * n / count);
  return distance_agreement(index_select(geodesic_distances(graph, chosen), 1, chosen), index_select(y, 0, chosen));
}

}  // namespace gradfold
