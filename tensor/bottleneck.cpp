#include "tensor/bottleneck.h"

#include "tensor/kernels/bottleneck.h"

namespace gradfold {
namespace {

const char* const kWho = "bottleneck";

// The taps are borrowed.
BottleneckGeometry geometry(const Tensor& x, const BottleneckWeights<Tensor>& w, const std::vector<Tap>& taps) {
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

Tensor contiguous(const Tensor& t) { return t.contiguous(); }
const Real* numbers(const Tensor& t) { return t.data(); }
Real* room(Tensor t) { return t.data(); }
Tensor like(const Tensor& t) { return Tensor(t.shape()); }

}  // namespace

Tensor bottleneck(const Tensor& x, const BottleneckWeights<Tensor>& weights, const std::vector<Tap>& taps,
                  Tensor* maps) {
  const BottleneckGeometry g = geometry(x, weights, taps);
  const Tensor px = x.contiguous();
  const BottleneckWeights<Tensor> pw = weights.map(contiguous);
  if (maps) *maps = Tensor({bottleneck_maps_size(g)});
  Tensor y(x.shape());
  bottleneck_forward(g, pw.map(numbers), px.data(), y.data(), maps ? maps->data() : nullptr);
  return y;
}

Tensor bottleneck_backward(const Tensor& dy, const Tensor& x, const Tensor& maps,
                           const BottleneckWeights<Tensor>& weights, const std::vector<Tap>& taps,
                           BottleneckWeights<Tensor>* dweights) {
  const BottleneckGeometry g = geometry(x, weights, taps);
  require(dy.shape() == x.shape(), kWho, "dy is {} but the result is {}", dy.shape(), x.shape());
  require(maps.defined() && maps.numel() == bottleneck_maps_size(g), kWho,
          "maps are not those that the forward pass over this x kept");
  const Tensor px = x.contiguous(), pdy = dy.contiguous();
  const BottleneckWeights<Tensor> pw = weights.map(contiguous);
  if (dweights) *dweights = weights.map(like);
  Tensor dx(x.shape());
  const BottleneckWeights<Real*> to = dweights ? dweights->map(room) : BottleneckWeights<Real*>{};
  bottleneck_backward(g, pw.map(numbers), px.data(), maps.data(), pdy.data(), dx.data(),
                      dweights ? &to : nullptr);
  return dx;
}

}  // namespace gradfold
