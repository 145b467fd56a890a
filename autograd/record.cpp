#include "autograd/record.h"

#include <array>
#include <atomic>
#include <fmt/format.h>

#include "autograd/anomaly.h"

namespace gradfold {
namespace {

std::atomic<std::uint64_t> next_order{1};

// Op names are literals, so their address identifies them: a small open-addressed table remembers which
// were seen, at the cost of one load for each op after the first.
constexpr std::size_t kNames = 1024;
std::array<std::atomic<const char*>, kNames> names_seen{};

void note_op(const char* op) {
  for (std::size_t slot = (reinterpret_cast<std::uintptr_t>(op) >> 2) % kNames;; slot = (slot + 1) % kNames) {
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

Var detail::make_recorded(const char* op, const Var* inputs, std::size_t count, Tensor y,
                          BackwardFn (*wrap)(void*), void* closure) {
  note_op(op);
  if (anomaly_enabled()) check_forward(op, inputs, count, y);
  bool wanted = false;
  for (std::size_t i = 0; i < count; ++i) wanted = wanted || inputs[i].requires_grad();
  if (!wanted || !grad_enabled()) return Var(std::move(y));

  auto node = std::make_shared<Node>();
  node->op = op;
  node->shape = y.shape();
  node->inputs.reserve(count);
  node->input_shapes.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    node->inputs.push_back(inputs[i].requires_grad() ? inputs[i].node() : nullptr);
    node->input_shapes.push_back(inputs[i].defined() ? inputs[i].shape() : Shape{});
  }
  node->backward = wrap(closure);
  node->order = next_order.fetch_add(1, std::memory_order_relaxed);
  node->scope = current_scope();
  return RecordAccess::make(std::move(y), std::move(node));
}

}  // namespace gradfold
