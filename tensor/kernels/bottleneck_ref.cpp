#include <algorithm>
#include <vector>

#include "tensor/kernels/bottleneck.h"
#include "tensor/kernels/conv2d.h"

namespace gradfold {
namespace {

struct Layers {
  ConvGeometry reduce, conv, expand;
  Index wide_size, narrow_size;  // of all images' maps

  explicit Layers(const BottleneckGeometry& g)
      : reduce{.n = g.n, .c_in = g.wide, .h = g.h, .w = g.w, .c_out = g.narrow, .kh = 1, .kw = 1},
        conv{.n = g.n, .c_in = g.narrow, .h = g.h, .w = g.w, .c_out = g.narrow, .kh = g.kh, .kw = g.kw,
             .pad_h = g.kh / 2, .pad_w = g.kw / 2, .taps = g.taps},
        expand{.n = g.n, .c_in = g.narrow, .h = g.h, .w = g.w, .c_out = g.wide, .kh = 1, .kw = 1},
        wide_size(g.n * g.wide * g.h * g.w), narrow_size(g.n * g.narrow * g.h * g.w) {}
};

std::vector<Real> relu_of(const Real* x, Index size) {
  std::vector<Real> r(x, x + size);
  for (Real& v : r) v = v < 0 ? 0 : v;
  return r;
}

// dh where h > 0, else 0.
std::vector<Real> passed(std::vector<Real> dh, const Real* h) {
  for (size_t i = 0; i < dh.size(); ++i) dh[i] = h[i] > 0 ? dh[i] : 0;
  return dh;
}

std::vector<Real> backward_input(const ConvGeometry& g, const Real* dy, const Real* weight) {
  std::vector<Real> dx(static_cast<size_t>(g.n * g.c_in * g.h * g.w));
  conv2d_backward_input_ref(g, dy, weight, dx.data());
  return dx;
}

}  // namespace

void bottleneck_forward_ref(const BottleneckGeometry& g, const BottleneckWeights<const Real*>& weights, const Real* x,
                            Real* y, Real* maps) {
  const Layers layers(g);
  const std::vector<Real> r = relu_of(x, layers.wide_size);
  std::vector<Real> own(maps ? 0 : static_cast<size_t>(2 * layers.narrow_size));
  Real* const h1 = maps ? maps : own.data();
  Real* const h2 = h1 + layers.narrow_size;
  conv2d_forward_ref(layers.reduce, r.data(), weights.reduce, weights.reduce_bias, true, h1);
  conv2d_forward_ref(layers.conv, h1, weights.conv, weights.conv_bias, true, h2);
  conv2d_forward_ref(layers.expand, h2, weights.expand, weights.expand_bias, false, y);
  for (Index i = 0; i < layers.wide_size; ++i) y[i] += x[i];
}

void bottleneck_backward_ref(const BottleneckGeometry& g, const BottleneckWeights<const Real*>& weights,
                             const Real* x, const Real* maps, const Real* dy, Real* dx,
                             const BottleneckWeights<Real*>* dweights) {
  const Layers layers(g);
  const std::vector<Real> r = relu_of(x, layers.wide_size);
  const Real *const h1 = maps, *const h2 = maps + layers.narrow_size;
  const std::vector<Real> dh2 = passed(backward_input(layers.expand, dy, weights.expand), h2);
  const std::vector<Real> dh1 = passed(backward_input(layers.conv, dh2.data(), weights.conv), h1);
  const std::vector<Real> dr = passed(backward_input(layers.reduce, dh1.data(), weights.reduce), x);
  for (Index i = 0; i < layers.wide_size; ++i) dx[i] = dy[i] + dr[static_cast<size_t>(i)];
  if (!dweights) return;
  conv2d_backward_weight_ref(layers.expand, h2, dy, dweights->expand, dweights->expand_bias);
  conv2d_backward_weight_ref(layers.conv, h1, dh2.data(), dweights->conv, dweights->conv_bias);
  conv2d_backward_weight_ref(layers.reduce, r.data(), dh1.data(), dweights->reduce, dweights->reduce_bias);
}

}  // namespace gradfold
