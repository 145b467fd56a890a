#pragma once
#include <memory>
#include <vector>

#include "tensor/tensor.h"

namespace gradfold {

struct Node;  // autograd/record.h

// A value that remembers how it was computed. Copying a Var copies the handle, so a layer's `weight`, its
// entry in named_parameters() and the optimizer's entry are one and the same parameter.
class Var {
 public:
  Var() = default;  // undefined: defined() is false
  // A constant, or (with requires_grad) a leaf that collects gradients.
  Var(Tensor value, bool requires_grad = false);

  bool defined() const { return value_ != nullptr; }
  const Tensor& value() const;
  // For optimizers, initialisation and loading; the shape stays, and the graph does not see the change.
  Tensor& mutable_value();
  const Shape& shape() const { return value().shape(); }
  Index size(int dim) const { return value().size(dim); }
  Index numel() const { return value().numel(); }
  Real item() const { return value().item(); }

  bool requires_grad() const;
  bool is_leaf() const;
  // A leaf that is frozen is a constant for whatever is computed next, in every copy of its handle.
  void freeze(bool on = true);
  // What backward() has added up for this leaf (or for a result with retain_grad()); undefined before.
  const Tensor& grad() const;
  Tensor& mutable_grad();
  void zero_grad();
  // Keeps the gradient of this intermediate result as well.
  const Var& retain_grad() const;
  // The same value as a constant: gradients stop here.
  Var detach() const { return value_ ? Var(*value_) : Var(); }

  struct BackwardOptions {
    bool retain_graph = false;  // keep what the ops saved, so that backward can walk again
  };
  // Walks the graph from this result and adds d(this)/d(leaf) to every leaf's grad. This must hold one
  // number, unless the cotangent (d loss / d this, of this shape) is given. If a closure throws, leaves that the
  // walk had passed keep what they got: zero_grad() before the next.
  void backward() const;
  void backward(BackwardOptions options) const;
  void backward(const Tensor& cotangent, BackwardOptions options) const;
  void backward(const Tensor& cotangent) const;

  const std::shared_ptr<Node>& node() const { return node_; }

 private:
  friend struct RecordAccess;
  std::shared_ptr<Tensor> value_;
  std::shared_ptr<Node> node_;  // null for constants
};

// d y / d x for each x, zeros where y does not depend on it. No leaf's grad changes, and nothing is computed
// that does not lead to an x. y must hold one number, unless the cotangent is given.
std::vector<Tensor> gradients(const Var& y, const std::vector<Var>& xs, const Tensor& cotangent = {},
                              Var::BackwardOptions options = {});

}  // namespace gradfold
