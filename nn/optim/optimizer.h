#pragma once
#include <string>
#include <utility>
#include <vector>

#include "autograd/var.h"

namespace gradfold {

// What a checkpoint keeps of an optimizer. `steps` counts each parameter's updates: one that was frozen at
// first is behind.
struct OptimizerState {
  std::string kind;  // "Adam"
  double lr = 0;
  std::vector<Index> steps;
  std::vector<std::pair<std::string, Tensor>> tensors;  // "0.exp_avg", ...: parameter number and slot
};

// Turns gradients into new parameter values. An optimizer names its slots (PyTorch's names: momentum_buffer,
// exp_avg, ...) and gives the loop that updates one parameter; the rest is here. Each update is one pass
// over memory: value, gradient and slots are read and written once.
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  // Updates every parameter that has a gradient.
  void step();
  void zero_grad();
  double lr() const { return lr_; }
  void set_lr(double lr) { lr_ = lr; }
  const std::vector<Var>& parameters() const { return parameters_; }

  OptimizerState state() const;
  // Throws an Error if the state is another kind's or does not fit the parameters; nothing is changed then.
  void load(const OptimizerState& state);

 protected:
  Optimizer(std::string kind, std::vector<Var> parameters, double lr, std::vector<std::string> slots);

  // One parameter's numbers. slot[i] belongs to the i-th slot name and starts at 0.
  struct Update {
    Index n;
    Real* value;
    const Real* grad;
    Real* const* slot;
    Index step;  // 1 for the first update
  };
  virtual void update(const Update& u) const = 0;

 private:
  const std::string kind_;
  std::vector<Var> parameters_;
  double lr_;
  const std::vector<std::string> slot_names_;
  std::vector<std::vector<Tensor>> slots_;  // [parameter][slot]
  std::vector<Index> steps_;
};

}  // namespace gradfold
