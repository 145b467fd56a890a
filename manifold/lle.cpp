#include "manifold/lle.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "manifold/check_option.h"
#include "manifold/check_points.h"
#include "manifold/eigenpairs.h"
#include "manifold/geodesics.h"
#include "tensor/parallel.h"

namespace gradfold {
namespace {

constexpr Index kLlePointsTogether = 64;

// Solves g w = 1 in place by Cholesky's g = L L^T; g [k, k] is positive definite. False if it is not.
bool solve_ones(std::vector<double>& g, Index k, double* w) {
  for (Index j = 0; j < k; ++j) {
    double* pivot = &g[j * k];
    for (Index c = 0; c < j; ++c) pivot[j] -= pivot[c] * pivot[c];
    if (!(pivot[j] > 0)) return false;
    pivot[j] = std::sqrt(pivot[j]);
    for (Index i = j + 1; i < k; ++i) {
      double* row = &g[i * k];
      for (Index c = 0; c < j; ++c) row[j] -= row[c] * pivot[c];
      row[j] /= pivot[j];
    }
  }
  for (Index i = 0; i < k; ++i) {
    w[i] = 1;
    for (Index c = 0; c < i; ++c) w[i] -= g[i * k + c] * w[c];
    w[i] /= g[i * k + i];
  }
  for (Index i = k - 1; i >= 0; --i) {
    for (Index r = i + 1; r < k; ++r) w[i] -= g[r * k + i] * w[r];
    w[i] /= g[i * k + i];
  }
  return true;
}

// A row of I - W: 1 for the point, minus its weights for the neighbours.
struct Row {
  const std::int32_t* near;
  const double* weight;
};

// Which rows of I - W have an entry in a column: those of its points that have it as a neighbour.
struct Columns {
  std::vector<int> start, row;

  Columns(const Indices& near, Index n, Index k) : start(n + 1, 0), row(n * k) {
    for (Index e = 0; e < n * k; ++e) ++start[near[e] + 1];
    for (Index i = 0; i < n; ++i) start[i + 1] += start[i];
    std::vector<int> next(start.begin(), start.end() - 1);
    for (Index e = 0; e < n * k; ++e) row[next[near[e]]++] = static_cast<int>(e / k);
  }
};

// The lower triangle of M = A^T A, A = I - W, row by row: M[r] = sum of A[i][r] A[i] over the rows i that have an r.
// Each row is added up in a full-length buffer, and what was touched is sorted and kept.
class MRows {
 public:
  MRows(const Indices& near, const std::vector<double>& weights, Index n, Index k)
      : near_(near), weights_(weights), columns_(near, n, k), n_(n), k_(k) {}

  SparseLower lower() const {
    constexpr Index kRowsTogether = 256;
    const Index chunks = (n_ + kRowsTogether - 1) / kRowsTogether;
    std::vector<SparseLower> pieces(chunks);
    parallel_for(n_, kRowsTogether, [&](Index begin, Index end) { pieces[begin / kRowsTogether] = rows(begin, end); });
    SparseLower out{n_, {0}, {}, {}};
    for (const SparseLower& piece : pieces) {
      for (const int length : piece.start) out.start.push_back(out.start.back() + length);
      out.column.insert(out.column.end(), piece.column.begin(), piece.column.end());
      out.value.insert(out.value.end(), piece.value.begin(), piece.value.end());
    }
    return out;
  }

 private:
  // Rows [begin, end); `start` holds their lengths.
  SparseLower rows(Index begin, Index end) const {
    SparseLower out;
    std::vector<double> sum(n_, 0.0);
    std::vector<char> touched(n_, 0);
    std::vector<int> places;
    for (Index r = begin; r < end; ++r) {
      const auto add = [&](Index column, double value) {
        if (column > r) return;
        if (!touched[column]) places.push_back(static_cast<int>(column));
        touched[column] = 1;
        sum[column] += value;
      };
      const auto add_row = [&](Index i, double factor) {
        add(i, factor);
        for (Index j = 0; j < k_; ++j) add(near_[i * k_ + j], -factor * weights_[i * k_ + j]);
      };
      add_row(r, 1);
      for (int e = columns_.start[r]; e < columns_.start[r + 1]; ++e) {
        const Index i = columns_.row[e];
        const auto* at = std::find(&near_.values[i * k_], &near_.values[i * k_] + k_, static_cast<std::int32_t>(r));
        add_row(i, -weights_[at - near_.values.data()]);
      }
      std::sort(places.begin(), places.end());
      for (const int column : places) {
        out.column.push_back(column);
        out.value.push_back(sum[column]);
        sum[column] = 0, touched[column] = 0;
      }
      out.start.push_back(static_cast<int>(places.size()));
      places.clear();
    }
    return out;
  }

  const Indices& near_;
  const std::vector<double>& weights_;
  Columns columns_;
  Index n_, k_;
};

}  // namespace

std::vector<double> barycenter_weights(const Tensor& points, const Tensor& x, const Indices& near, double reg) {
  const Index n = points.size(0), d = points.size(1), k = near.shape[1];
  std::vector<double> weights(n * k);
  parallel_for(n, kLlePointsTogether, [&, from = x.data(), of = points.data()](Index begin, Index end) {
    std::vector<double> gap(k * d), gram(k * k), kept(k * k);
    for (Index i = begin; i < end; ++i) {
      for (Index j = 0; j < k; ++j)
        for (Index c = 0; c < d; ++c) gap[j * d + c] = double(from[near[i * k + j] * d + c]) - of[i * d + c];
      double trace = 0;
      for (Index a = 0; a < k; ++a)
        for (Index b = 0; b <= a; ++b) {
          double sum = 0;
          for (Index c = 0; c < d; ++c) sum += gap[a * d + c] * gap[b * d + c];
          gram[a * k + b] = sum;
          if (a == b) trace += sum;
        }
      double* w = &weights[i * k];
      // Where the equations are singular to rounding (reg 0 and k > D), the least that solves them is added; where all
      // neighbours are the point itself, whatever is added gives them equal weights.
      for (double add = trace > 0 ? reg * trace : 1;; add = std::max(10 * add, 1e-14 * trace)) {
        kept = gram;
        for (Index a = 0; a < k; ++a) kept[a * k + a] += add;
        if (solve_ones(kept, k, w)) break;
      }
      double total = 0;
      for (Index j = 0; j < k; ++j) total += w[j];
      for (Index j = 0; j < k; ++j) w[j] /= total;
    }
  });
  return weights;
}

Lle& Lle::fit(const Tensor& x) {
  check_points("Lle", "x", x, 4);
  const Index n = x.size(0), k = options_.n_neighbors, columns = options_.n_components;
  check_option(k >= 1 && k < n, "Lle", "n_neighbors is {} but there are {} points; it must be from 1 to {}", k, n,
               n - 1);
  check_option(columns >= 1 && columns <= n - 3, "Lle",
               "n_components is {} but there are {} points; it must be from 1 to {}", columns, n, n - 3);
  check_option(options_.reg >= 0, "Lle", "reg is {} but must not be negative", options_.reg);
  points_ = x.contiguous();
  const Neighbors near = nearest_neighbors(points_, k);  // 1
  const Components parts = connected_components(neighbor_graph(near));
  require(parts.count() == 1, "Lle",
          "the graph of {} neighbours falls into {}, and LLE needs one; hint: more n_neighbors, or each part by itself",
          k, parts.str());
  const std::vector<double> weights = barycenter_weights(points_, points_, near.index, options_.reg);  // 2
  const Eigenpairs pairs = smallest_eigenpairs(MRows(near.index, weights, n, k).lower(), columns);     // 3
  embedding = Tensor({n, columns});
  for (Index c = 0; c < columns; ++c)
    for (Index i = 0; i < n; ++i) embedding.data()[i * columns + c] = static_cast<Real>(pairs.vector(c)[i]);
  eigenvalues = pairs.values;
  reconstruction_error = 0;
  for (const double value : eigenvalues) reconstruction_error += value;
  return *this;
}

Tensor Lle::transform(const Tensor& points) const {
  require(embedding.defined(), "Lle::transform", "nothing is fitted yet; call fit(x) first");
  check_points("Lle::transform", "x", points, 0);
  check_shape("Lle::transform", "x", points.shape(), {"N", points_.size(1)});
  const Tensor x = points.contiguous();
  const Index m = x.size(0), k = options_.n_neighbors, columns = options_.n_components;
  const Neighbors near = nearest_neighbors(x, points_, k);
  const std::vector<double> weights = barycenter_weights(x, points_, near.index, options_.reg);
  Tensor out({m, columns});
  for (Index i = 0; i < m; ++i)
    for (Index c = 0; c < columns; ++c) {
      double sum = 0;
      for (Index j = 0; j < k; ++j)
        sum += weights[i * k + j] * std::as_const(embedding).data()[near.index[i * k + j] * columns + c];
      out.data()[i * columns + c] = static_cast<Real>(sum);
    }
  return out;
}

}  // namespace gradfold
