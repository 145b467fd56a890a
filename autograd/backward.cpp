// The backward walk: nodes in reverse order of creation, which is a topological order, each handing its
// gradient to its inputs.
#include <algorithm>
#include <atomic>
#include <map>
#include <utility>

#include "autograd/anomaly.h"
#include "autograd/record.h"
#include "tensor/elementwise.h"

namespace gradfold {
namespace {

// Every node that the walk will meet, latest first.
std::vector<std::shared_ptr<Node>> reachable(const std::shared_ptr<Node>& root) {
  static std::atomic<std::uint64_t> walks{0};
  const std::uint64_t walk = ++walks;
  std::vector<std::shared_ptr<Node>> found;
  found.reserve(64);  // a small graph costs one allocation, not one for each doubling
  found.push_back(root);
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
    input.grad = Tensor::zeros(input.shape);
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

void check_gradients(const Node& node, const Grads& grads, const Tensor& dy, Needs need) {
  require(grads.size() == node.inputs.size(), node.op, "backward returned {} gradients for {} inputs", grads.size(),
          node.inputs.size());
  for (std::size_t i = 0; i < grads.size(); ++i) {
    if (!need[static_cast<int>(i)]) continue;
    require(grads[i].defined(), node.op, "backward returned no gradient for input {}, which wants one", i);
    require(grads[i].shape() == node.inputs[i]->shape, node.op,
            "gradient {} is {} but input {} is {}; hint: reduce it with sum_to(dy, x.shape())", i, grads[i].shape(), i,
            node.inputs[i]->shape);
    if (anomaly_enabled()) check_backward(node, static_cast<int>(i), grads[i], dy);
  }
}

bool collects(const Node& node) { return !node.backward && !node.part; }

// One step of the walk: from the gradient of a node's result to those of its inputs.
void hand_down(Node& node, const Tensor& dy) {
  const Needs need(node.inputs);
  const auto wanted = [](const auto& input) { return input && input->wanted; };
  if (std::none_of(node.inputs.begin(), node.inputs.end(), wanted)) return;
  if (node.part) {
    if (need[0]) accumulate_part(node, dy);
    return;
  }
  Grads grads = node.backward(dy, need);
  check_gradients(node, grads, dy, need);
  for (std::size_t i = 0; i < grads.size(); ++i) {
    if (need[static_cast<int>(i)]) accumulate(*node.inputs[i], std::move(grads[i]));
  }
}

// Gives back what the op saved and the links that keep its inputs alive.
void release(Node& node) {
  node.backward = nullptr;
  node.part = nullptr;
  node.inputs.clear();
  node.released = true;
}

using Walk = std::vector<std::shared_ptr<Node>>;

// On its way down a gradient is kept in the node that it has reached. What an earlier walk left with a result
// that retains its gradient steps aside meanwhile, or it would be handed down twice; and when a closure throws,
// nothing half-done stays in the graph.
class InFlight {
 public:
  explicit InFlight(const Walk& walk) : walk_(walk) {
    for (const auto& node : walk) {
      if (!collects(*node) && node->grad.defined()) earlier_[node.get()] = std::exchange(node->grad, Tensor());
    }
  }
  ~InFlight() {
    for (const auto& node : walk_) {
      if (node && !collects(*node)) node->grad = earlier(*node);
    }
  }
  InFlight(const InFlight&) = delete;

  // Takes the whole of what has arrived at the node; leaves there what it retains.
  Tensor take(Node& node) {
    Tensor dy = std::exchange(node.grad, earlier(node));
    if (node.retain_grad && dy.defined()) node.grad = node.grad.defined() ? node.grad + dy : dy;
    return dy;
  }

 private:
  Tensor earlier(const Node& node) const {
    const auto found = earlier_.find(&node);
    return found == earlier_.end() ? Tensor() : found->second;
  }
  const Walk& walk_;
  std::map<const Node*, Tensor> earlier_;
};

// Only what leads to one of these wants a gradient; without any, everything does.
void mark_wanted(const Walk& walk, const std::vector<Var>& targets) {
  for (const auto& node : walk) node->wanted = targets.empty();
  if (targets.empty()) return;
  for (const Var& target : targets) target.node()->wanted = true;
  for (auto it = walk.rbegin(); it != walk.rend(); ++it) {
    for (const auto& input : (*it)->inputs) (*it)->wanted = (*it)->wanted || (input && input->wanted);
  }
}

// y's gradient travels down to the leaves, or to the targets.
void walk_back(const Var& y, const Tensor& cotangent, const std::vector<Var>& targets, bool retain_graph) {
  require(y.requires_grad(), "backward",
          "this value depends on nothing that wants a gradient; hint: was it computed under NoGrad, or detached?");
  require(cotangent.shape() == y.shape(), "backward", "cotangent is {} but this value is {}; they must be equal",
          cotangent.shape(), y.shape());
  NoGrad guard;
  Walk walk = reachable(y.node());
  for (const auto& node : walk) {
    require(!node->released, "backward",
            "the graph below '{}' was released by an earlier backward; hint: walk it with {{.retain_graph = true}} the "
            "first time, or compute the value again",
            node->op);
  }
  mark_wanted(walk, targets);
  InFlight in_flight(walk);
  accumulate(*y.node(), cotangent);
  for (std::shared_ptr<Node>& node : walk) {
    if (collects(*node)) {  // a leaf keeps what it collected, in memory of its own: clipping writes it in place
      if (node->grad.defined() && !writable(node->grad)) node->grad = node->grad.clone();
    } else {
      const Tensor dy = in_flight.take(*node);
      if (dy.defined()) hand_down(*node, dy);
      if (!retain_graph) release(*node);
    }
    node.reset();
  }
}

Tensor one_number(const Var& y) {
  require(y.numel() == 1, "backward",
          "this value is {} and has no single derivative; hint: reduce it with sum() or mean(), or give a cotangent",
          y.shape());
  return Tensor::ones(y.shape());
}

// While it lives the targets collect gradients, from nothing; what they had collected steps aside.
class Collecting {
 public:
  explicit Collecting(const std::vector<Var>& targets) {
    for (const Var& x : targets) {
      before_.push_back({x.node(), std::exchange(x.node()->grad, Tensor()),
                         std::exchange(x.node()->retain_grad, true)});
    }
  }
  ~Collecting() {  // from the back, so that a target named twice gets its own again
    for (auto it = before_.rbegin(); it != before_.rend(); ++it) {
      it->node->grad = std::move(it->grad);
      it->node->retain_grad = it->retain;
    }
  }
  Collecting(const Collecting&) = delete;

 private:
  struct Before {
    std::shared_ptr<Node> node;
    Tensor grad;
    bool retain;
  };
  std::vector<Before> before_;
};

}  // namespace

void Var::backward(const Tensor& cotangent, BackwardOptions options) const {
  walk_back(*this, cotangent, {}, options.retain_graph);
}
void Var::backward(const Tensor& cotangent) const { walk_back(*this, cotangent, {}, false); }
void Var::backward(BackwardOptions options) const { walk_back(*this, one_number(*this), {}, options.retain_graph); }
void Var::backward() const { walk_back(*this, one_number(*this), {}, false); }

std::vector<Tensor> gradients(const Var& y, const std::vector<Var>& xs, const Tensor& cotangent,
                              Var::BackwardOptions options) {
  for (const Var& x : xs) {
    require(x.requires_grad(), "gradients", "an x is a constant; make it with requires_grad = true");
  }
  Collecting collecting(xs);
  walk_back(y, cotangent.defined() ? cotangent : one_number(y), xs, options.retain_graph);
  std::vector<Tensor> out;
  for (const Var& x : xs) out.push_back(x.grad().defined() ? x.grad() : Tensor::zeros(x.shape()));
  return out;
}

}  // namespace gradfold
