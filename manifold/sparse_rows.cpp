#include "manifold/sparse_rows.h"

#include <algorithm>

#include "tensor/parallel.h"

namespace gradfold {
namespace {

constexpr Index kSparseRowsTogether = 256;

struct Arrival {
  std::int32_t to;
  Real weight;
};

// The edges that arrive at each point, sorted by where they come from.
struct Arrivals {
  std::vector<Index> start;
  std::vector<Arrival> edges;

  Arrivals(const Indices& index, const Tensor& weight) : start(index.shape[0] + 1, 0), edges(index.numel()) {
    const Index n = index.shape[0], k = index.shape[1];
    for (std::int32_t to : index.values) ++start[to + 1];
    for (Index i = 0; i < n; ++i) start[i + 1] += start[i];
    std::vector<Index> next(start.begin(), start.end() - 1);
    const Real* w = weight.data();
    for (Index i = 0; i < n; ++i)
      for (Index e = i * k; e < (i + 1) * k; ++e) edges[next[index[e]]++] = {static_cast<std::int32_t>(i), w[e]};
  }
};

// Calls entry(column, w_ij, w_ji) for every column of row i, in order. `out` is room for the row's own edges.
template <class Entry>
void merge_row(const Indices& index, const Tensor& weight, const Arrivals& arrivals, Index i, std::vector<Arrival>& out,
               Entry entry) {
  const Index k = index.shape[1];
  out.clear();
  for (Index e = i * k; e < (i + 1) * k; ++e) out.push_back({index[e], weight.data()[e]});
  std::sort(out.begin(), out.end(), [](const Arrival& a, const Arrival& b) { return a.to < b.to; });
  const Arrival* in = arrivals.edges.data() + arrivals.start[i];
  const Arrival* in_end = arrivals.edges.data() + arrivals.start[i + 1];
  auto own = out.begin();
  while (own != out.end() || in != in_end) {
    if (in == in_end || (own != out.end() && own->to < in->to)) {
      entry(own->to, own->weight, Real(0));
      ++own;
    } else if (own == out.end() || in->to < own->to) {
      entry(in->to, Real(0), in->weight);
      ++in;
    } else {
      entry(own->to, own->weight, in->weight);
      ++own, ++in;
    }
  }
}

}  // namespace

SparseRows symmetrized(const Indices& index, const Tensor& weights,
                       const std::function<double(double, double)>& combine, Index padding) {
  require(index.shape.rank() == 2 && index.shape == weights.shape(), "symmetrized",
          "index is {} and weight is {}; both must be [N, k]", index.shape, weights.shape());
  const Index n = index.shape[0];
  const Tensor weight = weights.contiguous();
  const Arrivals arrivals(index, weight);
  SparseRows out;
  out.start.assign(static_cast<std::size_t>(n + 1), 0);
  const auto each_row = [&](auto&& body) {
    parallel_for(n, kSparseRowsTogether, [&](Index begin, Index end) {
      std::vector<Arrival> own;
      for (Index i = begin; i < end; ++i) body(i, own);
    });
  };
  each_row([&](Index i, std::vector<Arrival>& own) {
    Index count = 0;
    merge_row(index, weight, arrivals, i, own, [&](std::int32_t, Real, Real) { ++count; });
    out.start[i + 1] = (count + padding - 1) / padding * padding;
  });
  for (Index i = 0; i < n; ++i) out.start[i + 1] += out.start[i];
  out.column.resize(static_cast<std::size_t>(out.start[n]));
  out.value.resize(out.column.size());
  each_row([&](Index i, std::vector<Arrival>& own) {
    Index e = out.start[i];
    merge_row(index, weight, arrivals, i, own, [&](std::int32_t column, Real there, Real back) {
      out.column[e] = column;
      out.value[e++] = static_cast<Real>(combine(there, back));
    });
    for (; e < out.start[i + 1]; ++e) out.column[e] = static_cast<std::int32_t>(i), out.value[e] = 0;
  });
  return out;
}

Components connected_components(const SparseRows& graph) {
  return connected_components(graph.size(), [&](Index node, const auto& reach) {
    for (Index e = graph.start[node]; e < graph.start[node + 1]; ++e)
      if (graph.value[e] > 0) reach(graph.column[e]);
  });
}

}  // namespace gradfold
