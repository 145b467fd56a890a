// The backward walk: nodes in reverse order of creation, which is a topological order, each handing its
// gradient to its inputs.
#include <algorithm>
#include <atomic>

#include "autograd/anomaly.h"
#include "autograd/record.h"
#include "tensor/elementwise.h"

namespace gradfold {
namespace {

// Every node that the walk will meet, latest first.
std::vector<std::shared_ptr<Node>> reachable(const std::shared_ptr<Node>& root) {
  static std::atomic<std::uint64_t> walks{0};
  const std::uint64_t walk = ++walks;
  std::vector<std::shared_ptr<Node>> found{root};
  root->walk = walk;
  for (std::size_t next = 0; next < found.size(); ++next) {
    // By index, not by reference: push_back moves the vector.
    for (std::size_t i = 0; i < found[next]->inputs.size(); ++i) {
      const std::shared_ptr<Node>& input = found[next]->inputs[i];
      if (!input || input->walk == walk) continue;
      input->walk = walk;
      found.push_back(input);
    }
  }
  const auto later = [](const auto& a, const auto& b) { return a->order > b->order; };
  if (!std::is_sorted(found.begin(), found.end(), later)) std::sort(found.begin(), found.end(), later);
  return found;
}

// May gradients be added to this one in place? Not where a closure or the caller holds it too.
bool writable(const Tensor& gradient) { return gradient.unique() && gradient.is_contiguous(); }

void accumulate(Node& node, Tensor gradient) {
  if (!node.grad.defined()) {
    node.grad = std::move(gradient);
  } else if (writable(node.grad)) {
    add_(node.grad, gradient);
  } else {
    node.grad = node.grad + gradient;
  }
}

// node's result is a part of its input: dy goes to that part of the input's gradient, and 0 elsewhere.
void accumulate_part(const Node& node, const Tensor& dy) {
  Node& input = *node.inputs[0];
  const bool first = !input.grad.defined();
  if (first) {
    input.grad = Tensor::zeros(node.input_shapes[0]);
  } else if (!writable(input.grad)) {
    input.grad = input.grad.clone();
  }
  Tensor part = node.part(input.grad);
  if (first) {
    part.copy_from(dy);
  } else {
    add_(part, dy);
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

bool collects(const Node& node) { return !node.backward && !node.part; }

// One step of the walk: from the gradient of a node's result to those of its inputs.
void hand_down(Node& node) {
  const Tensor dy = node.retain_grad ? node.grad : std::move(node.grad);
  if (!node.retain_grad) node.grad = Tensor();
  if (!dy.defined()) return;
  if (node.part) return accumulate_part(node, dy);
  Grads grads = node.backward(dy, Needs(node.inputs));
  check_gradients(node, grads, dy);
  for (std::size_t i = 0; i < grads.size(); ++i) {
    if (node.inputs[i]) accumulate(*node.inputs[i], std::move(grads[i]));
  }
}

// Gives back what the op saved and the links that keep its inputs alive.
void release(Node& node) {
  node.backward = nullptr;
  node.part = nullptr;
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
    if (collects(*node)) {  // a leaf keeps what it collected, in memory of its own: clipping writes it in place
      if (node->grad.defined() && !writable(node->grad)) node->grad = node->grad.clone();
    } else {
      hand_down(*node);
      if (!options.retain_graph) release(*node);
    }
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
