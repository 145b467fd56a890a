#include "manifold/components.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace gradfold {

std::string Components::str() const {
  std::vector<Index> sorted = size;
  std::sort(sorted.rbegin(), sorted.rend());
  constexpr std::size_t kMost = 5;
  const std::string more = sorted.size() > kMost ? ", ..." : "";
  if (sorted.size() > kMost) sorted.resize(kMost);
  return fmt::format("{} part{} of {}{} points", count(), count() == 1 ? "" : "s", fmt::join(sorted, ", "), more);
}

Components connected_components(Index n, const EachNeighbor& each_neighbor) {
  Components out;
  out.label = Indices(Shape{n});
  std::fill(out.label.values.begin(), out.label.values.end(), -1);
  std::vector<Index> reached;
  for (Index first = 0; first < n; ++first) {
    if (out.label[first] >= 0) continue;
    const auto part = static_cast<std::int32_t>(out.count());
    const auto reach = [&](Index node) {
      if (out.label[node] >= 0) return;
      out.label[node] = part;
      reached.push_back(node);
    };
    out.size.push_back(0);
    for (reach(first); !reached.empty();) {
      const Index node = reached.back();
      reached.pop_back();
      ++out.size.back();
      each_neighbor(node, reach);
    }
  }
  return out;
}

}  // namespace gradfold
