#pragma once
#include <span>

#include "tensor/bottleneck_weights.h"
#include "tensor/real.h"
#include "tensor/tap.h"

// The residual block of ResNet-50 and PixelCNN (He et al. 2016, "Identity mappings in deep residual networks"):
//
//   r = relu(x)                 x [n, wide, h, w]
//   h1 = relu(reduce r)         1x1 to `narrow` channels
//   h2 = relu(conv h1)          kh x kw, padded with zeros to keep its size
//   y = x + expand h2           1x1 back to `wide`
//
// each with a bias. As six passes over a batch most of its time would go into fetching maps from memory and
// putting them back; here an image goes through the whole block, forward or backward, inside the second cache.
namespace gradfold {

struct BottleneckGeometry {
  Index n = 0, h = 0, w = 0, wide = 0, narrow = 0;  // wide: C of the weights' shapes, narrow: M
  Index kh = 1, kw = 1;             // odd
  std::span<const Tap> taps = {};   // of the kh x kw convolution that take part; empty: all
};

// `maps`: h1 and h2 for the way back, as each version likes to keep them; null where there is no way back.
void bottleneck_forward(const BottleneckGeometry& g, const BottleneckWeights<const Real*>& weights,
                        const Real* x, Real* y, Real* maps);
// Elements of `maps` for all images, in the version that runs; what they mean is that version's own business.
Index bottleneck_maps_size(const BottleneckGeometry& g);

// dx, and the gradients of all weights and biases unless dweights is null. Same bits for any number of threads.
void bottleneck_backward(const BottleneckGeometry& g, const BottleneckWeights<const Real*>& weights,
                         const Real* x, const Real* maps, const Real* dy, Real* dx,
                         const BottleneckWeights<Real*>* dweights);

// The same, one convolution after the other, by conv2d's plain loops.
void bottleneck_forward_ref(const BottleneckGeometry& g, const BottleneckWeights<const Real*>& weights,
                            const Real* x, Real* y, Real* maps);
void bottleneck_backward_ref(const BottleneckGeometry& g, const BottleneckWeights<const Real*>& weights,
                             const Real* x, const Real* maps, const Real* dy, Real* dx,
                             const BottleneckWeights<Real*>* dweights);

}  // namespace gradfold
