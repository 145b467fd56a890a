#pragma once
#include <vector>

#include "nn/losses.h"

namespace gradfold {

// A pixel's levels under a mixture of logistic distributions, each cut into as many bins as there are levels
// (Salimans et al. 2017, "PixelCNN++", arXiv 1701.05517, section 2.1). Levels 0 .. 1 stand at x = -1 .. 1, a bin is
// 2h = 2 / (levels - 1) wide, and the first and the last one reach to infinity:
//
//   P(x | m, s) = F((x + h - m) / s) - F((x - h - m) / s)       F = sigmoid
//   p(pixel)    = sum_k pi_k prod_c P(x_c | m_ck, s_ck)         pi = softmax of K logits, s = exp(log scale >= -7)
//
// All channels of a pixel share the component, and a component's means move with the channels before (R, then
// G, then B):   m_ck = mean_ck + sum over a < c of tanh(coefficient_cak) x_a
//
// The numbers of a pixel, `components` of each, one group after the other:
//   logits; means of channel 0, 1, ..; log scales of channel 0, 1, ..;
//   coefficients of (c, a) = (1, 0), (2, 0), (2, 1), ..
struct LogisticMixture {
  Index components = 10;
  int levels = 256;
  int channels = 1;

  // How many numbers a pixel has: 3K for grey, 10K for RGB.
  Index parameters() const { return components * (1 + 2 * channels + channels * (channels - 1) / 2); }

  // -log p(x_c | x_a, a < c) of each pixel and channel; over the channels they add up to -log p(pixel).
  //   parameters [N, P, H, W], x [N, C, H, W] of levels, a constant; kNone gives [N, C, H, W]
  // Finite for means up to 1e35 and whatever scale: the paper's four cases, one of which is an approximation, are one
  // identity here,
  //   F(a) - F(b) = F(a) F(-b) (1 - exp(b - a))
  Var nll(const Var& parameters, const Tensor& x, Reduction reduction) const;

  // What channel c of a pixel may be, given those before: the probabilities of the levels, [N, levels] one row after
  // another, each adding up to 1.   parameters [N, P], pixel [N, C], whose channels from c on may hold anything
  std::vector<double> level_probabilities(const Tensor& parameters, const Tensor& pixel, Index c) const;
};

}  // namespace gradfold
