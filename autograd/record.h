#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "autograd/mode.h"
#include "autograd/var.h"

namespace gradfold {

// One gradient for each input, in order; an undefined Tensor for an input that needs none.
using Grads = std::vector<Tensor>;

// need[i]: does input i want a gradient? A closure may ask, to skip work nobody wants.
class Needs {
 public:
  explicit Needs(const std::vector<std::shared_ptr<Node>>& inputs) : inputs_(inputs) {}
  bool operator[](int i) const;

 private:
  const std::vector<std::shared_ptr<Node>>& inputs_;
};

using BackwardFn = std::function<Grads(const Tensor& dy, Needs need)>;
// Picks a part of a tensor, as a view: x.slice(...), x.select(...).
using PartFn = std::function<Tensor(const Tensor& x)>;

// What the graph keeps of one op. The values themselves live in the Vars and in the closure's captures, so
// an intermediate that nobody needs for a gradient is freed as soon as the forward pass is done with it.
struct Node {
  const char* op = "leaf";
  Shape shape;                                 // of the result
  std::vector<std::shared_ptr<Node>> inputs;   // null: an input that needs no gradient
  BackwardFn backward;                         // empty for leaves, and after it was walked
  PartFn part;                                 // instead of backward, where the result is a view of a part
  Tensor grad;
  bool retain_grad = false;
  bool released = false;
  bool frozen = false;                         // a leaf that wants no gradients for now
  std::uint64_t order = 0;                     // creation order: a node comes after all its inputs
  std::uint64_t walk = 0;                      // the last backward walk that met this node
  bool wanted = true;                          // does that walk want a gradient here?
  std::shared_ptr<const Scope> scope;          // the module that made it, null outside any
  ~Node();
};

inline bool Needs::operator[](int i) const {
  const std::shared_ptr<Node>& input = inputs_[static_cast<std::size_t>(i)];
  return input != nullptr && input->wanted;
}

namespace detail {
Var make_recorded(const char* op, const Var* inputs, std::size_t count, Tensor y, BackwardFn (*wrap)(void*),
                  void* closure);
}  // namespace detail

// The one door into the graph. y is the forward result, computed already; `backward` gets d loss / d y and
// returns d loss / d input for each input, and changes nothing:
//   return record("tanh", {x}, y, [y](const Tensor& dy) -> Grads { return {dy * (1 - y * y)}; });
// Closures capture Tensors, never Vars: the capture list is the list of what is saved. `op` is a literal.
// Where no input needs a gradient (or under NoGrad) the result is a constant and the closure is dropped.
template <class F>
Var record(const char* op, const Var* inputs, std::size_t count, Tensor y, F&& backward) {
  using Closure = std::remove_reference_t<F>;
  return detail::make_recorded(
      op, inputs, count, std::move(y),
      [](void* c) {
        auto&& closure = std::forward<F>(*static_cast<Closure*>(c));
        if constexpr (std::is_invocable_v<Closure&, const Tensor&, Needs>) {
          return BackwardFn(std::forward<F>(closure));
        } else {
          return BackwardFn([f = std::forward<F>(closure)](const Tensor& dy, Needs) { return f(dy); });
        }
      },
      const_cast<void*>(static_cast<const void*>(std::addressof(backward))));
}
template <class F>
Var record(const char* op, std::initializer_list<Var> inputs, Tensor y, F&& backward) {
  return record(op, inputs.begin(), inputs.size(), std::move(y), std::forward<F>(backward));
}
template <class F>
Var record(const char* op, const std::vector<Var>& inputs, Tensor y, F&& backward) {
  return record(op, inputs.data(), inputs.size(), std::move(y), std::forward<F>(backward));
}

// y = part(x), a view. Backward adds dy into that part of x's gradient, where the other parts' gradients
// are added as well: taking an array apart piece by piece costs one pass over it, not one for each piece.
Var record_part(const char* op, const Var& x, PartFn part);

// Every op name that record() has seen since the process started; the test run compares it with the
// gradient-check table, so that an op without a row fails the run.
std::set<std::string> recorded_ops();

}  // namespace gradfold
