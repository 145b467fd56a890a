#include "autograd/var.h"

#include "autograd/record.h"

namespace gradfold {

Var::Var(Tensor value, bool requires_grad) : value_(std::make_shared<Tensor>(std::move(value))) {
  if (!requires_grad) return;
  node_ = std::make_shared<Node>();
  node_->shape = value_->shape();
}

const Tensor& Var::value() const {
  require(defined(), "Var", "it holds no value yet; assign it the result of an op or a Tensor first");
  return *value_;
}

Tensor& Var::mutable_value() {
  require(defined(), "Var", "it holds no value yet; assign it the result of an op or a Tensor first");
  return *value_;
}

bool Var::requires_grad() const { return node_ && !node_->frozen; }

void Var::freeze(bool on) {
  require(node_ && is_leaf(), "freeze", "only a leaf made with requires_grad = true can be frozen");
  node_->frozen = on;
  if (on) node_->grad = Tensor();
}

bool Var::is_leaf() const { return !node_ || (node_->inputs.empty() && !node_->released); }

const Tensor& Var::grad() const {
  static const Tensor kNone;
  return node_ ? node_->grad : kNone;
}

Tensor& Var::mutable_grad() {
  require(requires_grad(), "Var", "it is a constant and has no gradient; make it with requires_grad = true");
  return node_->grad;
}

void Var::zero_grad() {
  if (node_) node_->grad = Tensor();
}

const Var& Var::retain_grad() const {
  require(requires_grad(), "retain_grad", "this value depends on nothing that wants a gradient");
  node_->retain_grad = true;
  return *this;
}

}  // namespace gradfold
