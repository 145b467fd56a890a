#include "autograd/record.h"

#include <array>
#include <atomic>
#include <fmt/format.h>

#include "autograd/anomaly.h"

namespace gradfold {
namespace {

std::atomic<std::uint64_t> next_order{1};

// Op names are literals, so their address identifies them: a small open-addressed table remembers which
// were seen, at the cost of one load for each op after the first. Names that are made up as it runs would fill it:
// then no more are noted.
constexpr std::size_t kNames = 1024;
std::array<std::atomic<const char*>, kNames> names_seen{};

void note_op(const char* op) {
  std::size_t slot = (reinterpret_cast<std::uintptr_t>(op) >> 2) % kNames;
  for (std::size_t tried = 0; tried < kNames; ++tried, slot = (slot + 1) % kNames) {
    const char* seen = names_seen[slot].load(std::memory_order_relaxed);
    if (seen == op) return;
    if (seen == nullptr && names_seen[slot].compare_exchange_strong(seen, op)) return;
  }
}

}  // namespace

std::set<std::string> recorded_ops() {
  std::set<std::string> out;
  for (const auto& slot : names_seen) {
    if (const char* op = slot.load()) out.insert(op);
  }
  return out;
}

// A recurrent net makes chains of 100,000 nodes; freeing them by recursion would overflow the stack.
Node::~Node() {
  std::vector<std::shared_ptr<Node>> doomed = std::move(inputs);
  while (!doomed.empty()) {
    std::shared_ptr<Node> node = std::move(doomed.back());
    doomed.pop_back();
    if (!node || node.use_count() > 1) continue;
    for (auto& input : node->inputs) doomed.push_back(std::move(input));
    node->inputs.clear();
  }
}

struct RecordAccess {
  static Var make(Tensor y, std::shared_ptr<Node> node) {
    Var out(std::move(y));
    out.node_ = std::move(node);
    return out;
  }
};

namespace {

// Does the result need a node? Notes the op, and looks at the result in anomaly mode.
bool wants_node(const char* op, const Var* inputs, std::size_t count, const Tensor& y) {
  note_op(op);
  if (anomaly_enabled()) check_forward(op, inputs, count, y);
  if (!grad_enabled()) return false;
  for (std::size_t i = 0; i < count; ++i) {
    if (inputs[i].requires_grad()) return true;
  }
  return false;
}

std::shared_ptr<Node> make_node(const char* op, const Var* inputs, std::size_t count, const Tensor& y) {
  auto node = std::make_shared<Node>();
  node->op = op;
  node->shape = y.shape();
  node->inputs.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::shared_ptr<Node>& input = inputs[i].node();
    node->inputs.push_back(inputs[i].requires_grad() ? input : nullptr);
    if (!input) continue;
    require(input->shape == inputs[i].shape(), op,
            "input {} was made as {} but holds {} now; hint: mutable_value() keeps the shape, and another "
            "shape needs another Var",
            i, input->shape, inputs[i].shape());
  }
  node->order = next_order.fetch_add(1, std::memory_order_relaxed);
  node->scope = current_scope();
  return node;
}

}  // namespace

Var detail::make_recorded(const char* op, const Var* inputs, std::size_t count, Tensor y,
                          BackwardFn (*wrap)(void*), void* closure) {
  if (!wants_node(op, inputs, count, y)) return Var(std::move(y));
  std::shared_ptr<Node> node = make_node(op, inputs, count, y);
  node->backward = wrap(closure);
  return RecordAccess::make(std::move(y), std::move(node));
}

Var record_part(const char* op, const Var& x, PartFn part) {
  Tensor y = part(x.value());
  if (!wants_node(op, &x, 1, y)) return Var(std::move(y));
  std::shared_ptr<Node> node = make_node(op, &x, 1, y);
  node->part = std::move(part);
  return RecordAccess::make(std::move(y), std::move(node));
}

}  // namespace gradfold
