#include "nn/optim/ema.h"

#include "tensor/map.h"

namespace gradfold {

Ema::Ema(std::vector<Var> parameters, double decay) : decay(decay), parameters_(std::move(parameters)) {
  require(decay >= 0 && decay < 1, "Ema", "decay is {} but must be in [0, 1)", decay);
  for (const Var& p : parameters_) averages_.push_back(p.value().clone());
}

void Ema::check_not_swapped() const {
  require(!swapped_, "Ema", "the averages are in the model now; hint: end the Ema::Weights scope first");
}

const std::vector<Tensor>& Ema::averages() const {
  check_not_swapped();
  return averages_;
}

void Ema::update() {
  check_not_swapped();
  const Real share = static_cast<Real>(1 - decay);
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const Tensor weight = parameters_[i].value().contiguous();
    const Real* w = weight.data();
    Real* a = averages_[i].data();
    parallel_for(weight.numel(), kMapGrain, [=](Index begin, Index end) {
      for (Index k = begin; k < end; ++k) a[k] += share * (w[k] - a[k]);
    });
  }
}

void Ema::swap() {
  for (std::size_t i = 0; i < parameters_.size(); ++i) std::swap(parameters_[i].mutable_value(), averages_[i]);
  swapped_ = !swapped_;
}

void Ema::load(std::vector<Tensor> averages) {
  check_not_swapped();
  require(averages.size() == parameters_.size(), "Ema", "{} averages came for {} parameters", averages.size(),
          parameters_.size());
  for (std::size_t i = 0; i < averages.size(); ++i) {
    require(averages[i].shape() == parameters_[i].shape(), "Ema", "average {} is {} but the parameter is {}", i,
            averages[i].shape(), parameters_[i].shape());
  }
  for (std::size_t i = 0; i < averages.size(); ++i) averages_[i] = averages[i].clone();
}

}  // namespace gradfold
