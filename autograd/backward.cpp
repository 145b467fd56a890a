// The backward walk: nodes in reverse order of creation, which is a topological order, each handing its
// gradient to its inputs.
#include <algorithm>
#include <unordered_set>

#include "autograd/anomaly.h"
#include "autograd/record.h"
#include "tensor/elementwise.h"

namespace gradfold {
namespace {

// Every node that the walk will meet, latest first.
std::vector<std::shared_ptr<Node>> reachable(const std::shared_ptr<Node>& root) {
  std::vector<std::shared_ptr<Node>> found{root};
  std::unordered_set<const Node*> seen{root.get()};
  for (std::size_t next = 0; next < found.size(); ++next) {
    // By index, not by reference: push_back moves the vector.
    for (std::size_t i = 0; i < found[next]->inputs.size(); ++i) {
      const std::shared_ptr<Node>& input = found[next]->inputs[i];
      if (input && seen.insert(input.get()).second) found.push_back(input);
    }
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a->order > b->order; });
  return found;
}

void accumulate(Node& node, const Tensor& gradient) {
  if (!node.grad.defined()) {
    node.grad = gradient;
  } else if (node.grad.unique() && node.grad.is_contiguous()) {
    add_(node.grad, gradient);
  } else {
    node.grad = node.grad + gradient;
  }
}

void check_gradients(const Node& node, const Grads& grads, const Tensor& dy) {
  require(grads.size() == node.inputs.size(), node.op, "backward returned {} gradients for {} inputs", grads.size(),
          node.inputs.size());
  for (std::size_t i = 0; i < grads.size(); ++i) {
    if (!node.inputs[i]) continue;
    require(grads[i].defined(), node.op, "backward returned no gradient for input {}, which wants one", i);
    require(grads[i].shape() == node.input_shapes[i], node.op,
            "gradient {} is {} but input {} is {}; hint: reduce it with sum_to(dy, x.shape())", i, grads[i].shape(), i,
            node.input_shapes[i]);
    if (anomaly_enabled()) check_backward(node, static_cast<int>(i), grads[i], dy);
  }
}

// Gives back what the op saved and the links that keep its inputs alive.
void release(Node& node) {
  node.backward = nullptr;
  node.inputs.clear();
  node.released = true;
}

}  // namespace

void Var::backward(const Tensor& cotangent, BackwardOptions options) const {
  require(requires_grad(), "backward",
          "this value depends on nothing that wants a gradient; hint: was it computed under NoGrad, or detached?");
  require(cotangent.shape() == shape(), "backward", "cotangent is {} but this value is {}; they must be equal",
          cotangent.shape(), shape());
  NoGrad guard;
  std::vector<std::shared_ptr<Node>> walk = reachable(node_);
  for (const auto& node : walk) {
    require(!node->released, "backward",
            "the graph below '{}' was released by an earlier backward; hint: walk it with {{.retain_graph = true}} the "
            "first time, or compute the value again",
            node->op);
  }
  accumulate(*node_, cotangent);
  for (std::shared_ptr<Node>& node : walk) {
    if (!node->backward) {  // a leaf keeps what it collected, in memory of its own: clipping writes it in place
      if (node->grad.defined() && !(node->grad.unique() && node->grad.is_contiguous())) node->grad = node->grad.clone();
      node.reset();
      continue;
    }
    const Tensor dy = node->retain_grad ? node->grad : std::move(node->grad);
    if (!node->retain_grad) node->grad = Tensor();
    if (dy.defined()) {
      const Grads grads = node->backward(dy, Needs(node->inputs));
      check_gradients(*node, grads, dy);
      for (std::size_t i = 0; i < grads.size(); ++i) {
        if (node->inputs[i]) accumulate(*node->inputs[i], grads[i]);
      }
    }
    if (!options.retain_graph) release(*node);
    node.reset();
  }
}

void Var::backward(const Tensor& cotangent) const { backward(cotangent, BackwardOptions{}); }

void Var::backward(BackwardOptions options) const {
  require(numel() == 1, "backward",
          "this value is {} and has no single derivative; hint: reduce it with sum() or mean(), or give a cotangent",
          shape());
  backward(Tensor::ones(shape()), options);
}

void Var::backward() const { backward(BackwardOptions{}); }

}  // namespace gradfold
