#include "tensor/bottleneck.h"

#include "tensor/kernels/bottleneck.h"

namespace gradfold {
namespace {

const char* const kWho = "bottleneck";

// The taps are borrowed.
BottleneckGeometry geometry(const Tensor& x, const BottleneckWeightTensors& w, const std::vector<Tap>& taps) {
  for (const Tensor* t : {&x, &w.reduce, &w.reduce_bias, &w.conv, &w.conv_bias, &w.expand, &w.expand_bias})
    require(t->defined(), kWho, "an operand is an undefined tensor; all must hold numbers");
  check_shape(kWho, "reduce", w.reduce.shape(), {"M", "C", 1, 1});
  const Index narrow = w.reduce.size(0), wide = w.reduce.size(1);
  check_shape(kWho, "x", x.shape(), {"N", wide, "H", "W"});
  check_shape(kWho, "conv", w.conv.shape(), {narrow, narrow, "KH", "KW"});
  check_shape(kWho, "expand", w.expand.shape(), {wide, narrow, 1, 1});
  check_shape(kWho, "reduce_bias", w.reduce_bias.shape(), {narrow});
  check_shape(kWho, "conv_bias", w.conv_bias.shape(), {narrow});
  check_shape(kWho, "expand_bias", w.expand_bias.shape(), {wide});
  const Index kh = w.conv.size(2), kw = w.conv.size(3);
  require(kh % 2 == 1 && kw % 2 == 1, kWho, "conv's kernel is {} x {} but both sides must be odd, to keep the size",
          kh, kw);
  for (const Tap& tap : taps)
    require(tap.row >= 0 && tap.row < kh && tap.col >= 0 && tap.col < kw, kWho,
            "tap ({}, {}) lies outside conv's kernel, which is {} x {}", tap.row, tap.col, kh, kw);
  return {.n = x.size(0), .h = x.size(2), .w = x.size(3), .wide = wide, .narrow = narrow, .kh = kh, .kw = kw,
          .taps = taps};
}

BottleneckWeightTensors contiguous(const BottleneckWeightTensors& w) {
  return {w.reduce.contiguous(), w.reduce_bias.contiguous(), w.conv.contiguous(),
          w.conv_bias.contiguous(), w.expand.contiguous(), w.expand_bias.contiguous()};
}

template <class T, class Tensors>
BottleneckWeights<T> pointers(Tensors& w) {
  return {w.reduce.data(), w.reduce_bias.data(), w.conv.data(), w.conv_bias.data(), w.expand.data(),
          w.expand_bias.data()};
}

}  // namespace

Tensor bottleneck(const Tensor& x, const BottleneckWeightTensors& weights, const std::vector<Tap>& taps,
                  Tensor* maps) {
  const BottleneckGeometry g = geometry(x, weights, taps);
  const Tensor px = x.contiguous();
  const BottleneckWeightTensors pw = contiguous(weights);
  if (maps) *maps = Tensor({bottleneck_maps_size(g)});
  Tensor y(x.shape());
  bottleneck_forward(g, pointers<const Real>(pw), px.data(), y.data(), maps ? maps->data() : nullptr);
  return y;
}

Tensor bottleneck_backward(const Tensor& dy, const Tensor& x, const Tensor& maps,
                           const BottleneckWeightTensors& weights, const std::vector<Tap>& taps,
                           BottleneckWeightTensors* dweights) {
  const BottleneckGeometry g = geometry(x, weights, taps);
  require(dy.shape() == x.shape(), kWho, "dy is {} but the result is {}", dy.shape(), x.shape());
  require(maps.defined() && maps.numel() == bottleneck_maps_size(g), kWho,
          "maps are not those that the forward pass over this x kept");
  const Tensor px = x.contiguous(), pdy = dy.contiguous();
  const BottleneckWeightTensors pw = contiguous(weights);
  if (dweights)
    *dweights = {Tensor(pw.reduce.shape()), Tensor(pw.reduce_bias.shape()), Tensor(pw.conv.shape()),
                 Tensor(pw.conv_bias.shape()), Tensor(pw.expand.shape()), Tensor(pw.expand_bias.shape())};
  Tensor dx(x.shape());
  BottleneckWeights<Real> to = {};
  if (dweights) to = pointers<Real>(*dweights);
  bottleneck_backward(g, pointers<const Real>(pw), px.data(), maps.data(), pdy.data(), dx.data(),
                      dweights ? &to : nullptr);
  return dx;
}

}  // namespace gradfold
