#include "autograd/graph_depth.h"

#include <algorithm>
#include <unordered_map>

#include "autograd/record.h"

namespace gradfold {

Index graph_depth(const Var& y) {
  std::unordered_map<const Node*, Index> depth;
  std::vector<const Node*> nodes, todo{y.node().get()};
  while (!todo.empty()) {
    const Node* node = todo.back();
    todo.pop_back();
    if (!node || !depth.emplace(node, 0).second) continue;
    nodes.push_back(node);
    for (const auto& input : node->inputs) todo.push_back(input.get());
  }
  // A node is made after its inputs; leaves, which are all of order 0, come first and stay at 0.
  std::stable_sort(nodes.begin(), nodes.end(), [](const Node* a, const Node* b) { return a->order < b->order; });
  for (const Node* node : nodes) {
    if (node->order == 0) continue;
    Index& longest = depth[node];
    for (const auto& input : node->inputs)
      if (input) longest = std::max(longest, depth[input.get()]);
    ++longest;
  }
  return y.node() ? depth[y.node().get()] : 0;
}

}  // namespace gradfold
