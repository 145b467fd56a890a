#include "tests/check_module.h"

#include <fmt/format.h>
#include <set>

namespace gradfold {
namespace {

std::set<const Node*> leaves_of(const Var& y) {
  std::set<const Node*> seen, leaves;
  std::vector<const Node*> todo{y.node().get()};
  while (!todo.empty()) {
    const Node* node = todo.back();
    todo.pop_back();
    if (!node || !seen.insert(node).second) continue;
    if (node->inputs.empty()) leaves.insert(node);
    for (const auto& input : node->inputs) todo.push_back(input.get());
  }
  return leaves;
}

}  // namespace

std::string check_module(Module& module, const std::function<Var()>& forward) {
  module.zero_grad();
  const Var y = forward();
  if (!y.requires_grad()) return module.parameter_count() == 0 ? "" : "no parameter reaches the result";
  std::set<const Node*> leaves = leaves_of(y);
  std::string wrong;
  for (const auto& [name, parameter] : module.named_parameters()) {
    if (!leaves.erase(parameter.node().get())) wrong += fmt::format("parameter {} is not used; ", name);
  }
  for (const Node* leaf : leaves) wrong += fmt::format("a leaf {} is not registered; ", leaf->shape);
  y.backward(Tensor::ones(y.shape()));
  for (const auto& [name, parameter] : module.named_parameters()) {
    if (!parameter.grad().defined()) wrong += fmt::format("parameter {} got no gradient; ", name);
  }
  return wrong;
}

std::string check_module(Module& module, const Tensor& x) {
  return check_module(module, [&] { return module(x); });
}

}  // namespace gradfold
