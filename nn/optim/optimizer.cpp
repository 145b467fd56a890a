#include "nn/optim/optimizer.h"

#include <fmt/format.h>
#include <map>

namespace gradfold {

Optimizer::Optimizer(std::string kind, std::vector<Var> parameters, double lr, std::vector<std::string> slots)
    : kind_(std::move(kind)), parameters_(std::move(parameters)), lr_(lr), slot_names_(std::move(slots)),
      slots_(parameters_.size()), steps_(parameters_.size(), 0) {
  require(!parameters_.empty(), kind_, "it was given no parameters; hint: pass model.parameters()");
  require(lr > 0, kind_, "lr is {} but must be above 0", lr);
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    for (std::size_t s = 0; s < slot_names_.size(); ++s) slots_[i].push_back(Tensor::zeros(parameters_[i].shape()));
  }
}

void Optimizer::step() {
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (!parameters_[i].grad().defined()) continue;
    const Tensor grad = parameters_[i].grad().contiguous();
    Tensor& value = parameters_[i].mutable_value();
    // What shares the memory (a detached copy, a saved state) keeps the numbers it had.
    if (!value.unique() || !value.is_contiguous()) value = value.clone();
    std::vector<Real*> slot;
    for (Tensor& t : slots_[i]) slot.push_back(t.data());
    update({value.numel(), value.data(), grad.data(), slot.data(), ++steps_[i]});
  }
}

void Optimizer::zero_grad() {
  for (Var& p : parameters_) p.zero_grad();
}

OptimizerState Optimizer::state() const {
  OptimizerState out{kind_, lr_, steps_, {}};
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    for (std::size_t s = 0; s < slot_names_.size(); ++s) {
      out.tensors.emplace_back(fmt::format("{}.{}", i, slot_names_[s]), slots_[i][s].clone());
    }
  }
  return out;
}

void Optimizer::load(const OptimizerState& state) {
  require(state.kind == kind_, kind_, "the state was saved by {}", state.kind);
  require(state.steps.size() == parameters_.size(), kind_, "the state is for {} parameters but there are {}",
          state.steps.size(), parameters_.size());
  const std::map<std::string, Tensor> given(state.tensors.begin(), state.tensors.end());
  std::vector<std::vector<Tensor>> slots(parameters_.size());
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    for (const std::string& slot : slot_names_) {
      const std::string name = fmt::format("{}.{}", i, slot);
      const auto found = given.find(name);
      require(found != given.end(), kind_, "the state has no {}", name);
      require(found->second.shape() == parameters_[i].shape(), kind_, "the state's {} is {} but the parameter is {}",
              name, found->second.shape(), parameters_[i].shape());
      slots[i].push_back(found->second.clone());
    }
  }
  slots_ = std::move(slots);
  steps_ = state.steps;
  lr_ = state.lr;
}

}  // namespace gradfold
