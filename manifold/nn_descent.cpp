#include "manifold/nn_descent.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "manifold/check_points.h"
#include "manifold/local_join.h"
#include "manifold/neighbor_lists.h"
#include "manifold/projection_tree.h"
#include "tensor/indexing.h"
#include "tensor/parallel.h"
#include "tensor/random.h"

namespace gradfold {
namespace {

constexpr Index kPointsTogether = 256;

NnDescentOptions settled(NnDescentOptions o, Index n, Index k) {
  require(o.n_trees >= 2, "nn_descent",
          "n_trees is {} but must be at least 2: within the leaves of one tree alone nobody hears of other leaves",
          o.n_trees);
  require(o.leaf_size >= 1 && o.max_candidates >= 1, "nn_descent",
          "leaf_size is {} and max_candidates is {}; both must be positive", o.leaf_size, o.max_candidates);
  require(o.max_iter >= 0, "nn_descent", "max_iter is {} but must be positive, or 0 for log2 N", o.max_iter);
  require(o.delta >= 0 && o.delta <= 1, "nn_descent", "delta is {} but must be from 0 to 1", o.delta);
  if (o.max_iter == 0) o.max_iter = std::max<Index>(5, std::lround(std::log2(n)));
  o.leaf_size = std::max(o.leaf_size, 2 * (k + 1));  // any leaf then fills the lists of its points
  return o;
}

JoinGroups leaves_of(const ProjectionTree& tree, Index leaf_size) {
  JoinGroups groups(tree.leaves(), leaf_size);
  for (Index l = 0; l < tree.leaves(); ++l) {
    const Index size = tree.start[l + 1] - tree.start[l];
    std::copy_n(tree.point.begin() + tree.start[l], size, groups.point.begin() + l * leaf_size);
    groups.fresh[l] = groups.size[l] = size;
  }
  return groups;
}

// The entries in whose lists each point is: those of point i are [start[i], start[i + 1]).
struct Reverse {
  std::vector<Index> start;
  std::vector<std::int32_t> entry;  // i k + j for the j-th in the list of i

  explicit Reverse(const NeighborLists& lists)
      : start(static_cast<std::size_t>(lists.size() + 1), 0),
        entry(static_cast<std::size_t>(lists.size() * lists.k())) {
    const Index n = lists.size(), k = lists.k();
    for (Index i = 0; i < n; ++i)
      for (Index j = 0; j < k; ++j) ++start[lists.point(i, j) + 1];
    for (Index i = 0; i < n; ++i) start[i + 1] += start[i];
    std::vector<Index> next(start.begin(), start.end() - 1);
    for (Index i = 0; i < n; ++i)
      for (Index j = 0; j < k; ++j) entry[next[lists.point(i, j)]++] = static_cast<std::int32_t>(i * k + j);
  }
};

struct Candidate {
  Real priority;
  std::int32_t point;
};

// At most `most` of them, drawn by their priorities, by rising point and each once.
void sample(std::vector<Candidate>& from, Index most) {
  const auto by_priority = [](const Candidate& a, const Candidate& b) {
    return a.priority != b.priority ? a.priority < b.priority : a.point < b.point;
  };
  const auto by_point = [](const Candidate& a, const Candidate& b) { return a.point < b.point; };
  if (static_cast<Index>(from.size()) > most) {
    std::nth_element(from.begin(), from.begin() + most, from.end(), by_priority);
    from.resize(static_cast<std::size_t>(most));
  }
  std::sort(from.begin(), from.end(), by_point);
  const auto same = [](const Candidate& a, const Candidate& b) { return a.point == b.point; };
  from.erase(std::unique(from.begin(), from.end(), same), from.end());
}

// Step 2. What is drawn as fresh is marked old in the point's own list.
JoinGroups neighborhoods(NeighborLists& lists, Index most, Rng rng) {
  const Index n = lists.size(), k = lists.k();
  const Reverse reverse(lists);
  const Tensor priorities = rng.uniform({n, k});
  JoinGroups groups(n, 2 * most);
  parallel_for(n, kPointsTogether, [&, priority = priorities.data()](Index begin, Index end) {
    std::vector<Candidate> fresh, known;
    for (Index i = begin; i < end; ++i) {
      fresh.clear();
      known.clear();
      for (Index j = 0; j < k; ++j)
        (lists.fresh(i, j) ? fresh : known).push_back({priority[i * k + j], lists.point(i, j)});
      for (Index r = reverse.start[i]; r < reverse.start[i + 1]; ++r) {
        const Index e = reverse.entry[r];
        (lists.fresh(e / k, e % k) ? fresh : known).push_back({priority[e], static_cast<std::int32_t>(e / k)});
      }
      if (fresh.empty()) continue;  // nothing to compare
      sample(fresh, most);
      sample(known, most);
      std::int32_t* group = groups.point.data() + i * groups.capacity;
      Index size = 0;
      for (const Candidate& c : fresh) group[size++] = c.point;
      groups.fresh[i] = size;
      for (const Candidate& c : known)
        if (!std::binary_search(group, group + groups.fresh[i], c.point)) group[size++] = c.point;
      groups.size[i] = size;
    }
  });
  parallel_for(n, kPointsTogether, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      const std::int32_t* group = groups.point.data() + i * groups.capacity;
      for (Index j = 0; j < k; ++j)
        if (lists.fresh(i, j) && std::binary_search(group, group + groups.fresh[i], lists.point(i, j)))
          lists.mark_old(i, j);
    }
  });
  return groups;
}

}  // namespace

Neighbors nn_descent(const Tensor& points, Index k, const NnDescentOptions& options) {
  check_points("nn_descent", "x", points, 2);
  const Index n = points.size(0);
  require(k >= 1 && k < n, "nn_descent",
          "k is {} but must be from 1 to {}: x has {} points, and a point is not its own neighbour", k, n - 1, n);
  require(n * k < Index{1} << 31, "nn_descent", "{} neighbours of {} points are more entries than 2^31", k, n);
  const NnDescentOptions o = settled(options, n, k);
  const Tensor x = points.contiguous();
  const Rng rng = Rng(o.random_state).fork("nn_descent");
  NeighborLists lists(n, k);
  const LocalJoin join(x);

  std::vector<ProjectionTree> trees(static_cast<std::size_t>(n <= o.leaf_size ? 1 : o.n_trees));
  parallel_for(static_cast<Index>(trees.size()), 1, [&](Index begin, Index end) {
    for (Index t = begin; t < end; ++t)
      trees[t] = projection_tree(x, o.leaf_size, rng.fork("tree").fork(static_cast<std::uint64_t>(t)));
  });
  for (const ProjectionTree& tree : trees) join(leaves_of(tree, o.leaf_size), lists);  // 1
  trees.clear();

  for (Index iteration = 0; iteration < o.max_iter; ++iteration) {
    const Rng draw = rng.fork("neighborhoods").fork(static_cast<std::uint64_t>(iteration));
    const JoinGroups groups = neighborhoods(lists, o.max_candidates, draw);  // 2
    const Index changed = join(groups, lists);                               // 3
    if (static_cast<double>(changed) <= o.delta * static_cast<double>(n * k)) break;  // 4
  }
  return lists.neighbors();
}

double neighbor_recall(const Tensor& points, const Neighbors& found, Index sample, std::uint64_t seed) {
  check_points("neighbor_recall", "x", points, 2);
  const Tensor x = points.contiguous();
  const Index n = x.size(0), d = x.size(1);
  require(found.index.shape.rank() == 2 && found.index.shape[0] == n && found.index.shape[1] >= 1 &&
              found.index.shape[1] < n,
          "neighbor_recall", "neighbours are {}; of the {} points of x each has from 1 to {}", found.index.shape, n,
          n - 1);
  require(sample >= 1, "neighbor_recall", "sample is {} but must be positive", sample);
  const Index k = found.index.shape[1];
  const Indices drawn = Rng(seed).fork("neighbor_recall").permutation(n).slice(0, std::min(sample, n));
  const Neighbors exact = nearest_neighbors(index_select(x, 0, drawn), x, k + 1);  // a point's nearest is itself
  Index right = 0;
  for (Index s = 0; s < drawn.numel(); ++s) {
    const Index i = drawn[s];
    const auto row = found.index.values.begin() + i * k;
    std::vector<std::int32_t> listed(row, row + k);
    std::sort(listed.begin(), listed.end());
    listed.erase(std::unique(listed.begin(), listed.end()), listed.end());
    for (const std::int32_t j : listed) {
      require(j >= 0 && j < n, "neighbor_recall", "point {} has {} as a neighbour; x has {} points", i, j, n);
      const double distance = std::sqrt(squared_distance(x.data() + i * d, x.data() + j * d, d));
      right += j != i && static_cast<Real>(distance) <= exact.distance.data()[s * (k + 1) + k];
    }
  }
  return static_cast<double>(right) / static_cast<double>(drawn.numel() * k);
}

}  // namespace gradfold
