#include "nn/weight_norm.h"

#include <algorithm>

#include "autograd/ops.h"
#include "tensor/elementwise.h"
#include "tensor/normalize.h"
#include "tensor/reduce.h"

namespace gradfold {
namespace {

constexpr Real kFirstDeviation = Real(0.05);  // of v: the paper's
constexpr Real kLeastVariance = Real(1e-6);  // below it an output is the same everywhere and keeps its length

Shape length_shape(const Shape& weight, int out) {
  Shape shape = weight;
  for (int i = 0; i < shape.rank(); ++i)
    if (i != out) shape[i] = 1;
  return shape;
}

}  // namespace

WeightNormed::WeightNormed(const Shape& weight, int out, Real gain)
    : bias(param("bias", {weight[out]}, init::zeros())),
      weight_g(param("weight_g", length_shape(weight, out), init::constant(gain))),
      weight_v(param("weight_v", weight, init::normal(0, kFirstDeviation))), gain(gain), out_(out) {}

Var WeightNormed::weight() const {
  Dims others;
  for (int i = 0; i < weight_v.shape().rank(); ++i)
    if (i != out_) others.push_back(i);
  return weight_v * (weight_g / sqrt(sum(square(weight_v), others, /*keepdim=*/true)));
}

Var WeightNormed::run(const std::function<Var()>& layer) {
  if (calibrate_) {
    calibrate_ = false;
    NoGrad guard;
    const ChannelMoments seen = channel_moments(layer().value());
    const Tensor least = Tensor::scalar(kLeastVariance);
    const Tensor stretch = where(greater(seen.variance, least), gain / sqrt(maximum(seen.variance, least)),
                                 Tensor::scalar(1));
    bias.mutable_value() = (bias.value() - seen.mean) * stretch;
    weight_g.mutable_value() = weight_g.value() * stretch.reshape(weight_g.shape());
  }
  return layer();
}

void calibrate_next(Module& module) {
  if (auto* layer = dynamic_cast<WeightNormed*>(&module)) layer->calibrate_next();
  for (const auto& [name, child] : module.children()) calibrate_next(*child);
}

}  // namespace gradfold
