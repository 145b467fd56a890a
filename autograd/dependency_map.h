#pragma once
#include <functional>
#include <string>

#include "autograd/var.h"
#include "tensor/random.h"

// Which inputs reach an output? The causality test of autoregressive models and the picture of a receptive
// field are this one question, answered by gradients: input pixel q reaches output pixel p if, for some
// random image, d output(p) / d input(q) is not 0.
namespace gradfold {

struct DependencyOptions {
  // Input and output channels come in this many equal groups, one after the other: 3 for R, G, B.
  int groups = 1;
  int draws = 3;     // random images for each output; several, so that a dead ReLU hides nothing
  Index slice = 32;  // samples in one pass: bounds the memory
};

// Magnitudes of d output / d input for every output pixel and group, and every input pixel and group:
// the mean over the draws of |gradient| summed over the channels of a group.
class DependencyMap {
 public:
  DependencyMap(Tensor magnitudes, int groups, Index height, Index width);

  // What output pixel (row, col) sees: [H, W], all groups together.
  Tensor reach(Index row, Index col) const;
  // What group `out` of output pixel (row, col) sees of the inputs' group `in`: [H, W].
  Tensor reach(Index row, Index col, int out, int in) const;

  // Raster order: an output may depend on the pixels before its own, and at its own pixel on the groups
  // before its own (a whole model, or a mask-A layer); with allow_same also on its own group (mask B).
  // Number of (output, input) pairs that break this; a gradient that is not finite counts.
  Index leaks(bool allow_same = false) const;
  // Number of pairs that it allows, and that have no dependence: the blind spot.
  Index blind(bool allow_same = false) const;
  // "output (14, 14) depends on input (14, 15)" for the first leak, empty without one.
  std::string first_leak(bool allow_same = false) const;

  const Tensor& magnitudes() const { return magnitudes_; }  // [groups H W of outputs, groups H W of inputs]

 private:
  template <class Visit>
  void each_pair(bool allow_same, Visit&& visit) const;
  Tensor magnitudes_;
  int groups_;
  Index height_, width_;
};

// The whole map of f: [N, C, H, W] -> [N, C', H, W], which must treat the samples of a batch separately
// (batch norm in evaluation mode): each sample of a batch looks back from another output pixel, so that
// groups * H * W samples, a forward and a backward each, give all of it. `image` is [1, C, H, W].
DependencyMap dependency_map(const std::function<Var(const Var&)>& f, const Shape& image, Rng& rng,
                             DependencyOptions options = {});
// One output pixel only, which is all that a picture needs: [H, W] of the input, after `draws` samples. The
// output may have another height and width here (a strided layer).
Tensor receptive_field(const std::function<Var(const Var&)>& f, const Shape& image, Index row, Index col, Rng& rng,
                       int draws = 8);
// The same on given images [N, C, H, W]: how strongly each pixel moves that output in a trained net, on images like
// those it was trained on.
Tensor receptive_field(const std::function<Var(const Var&)>& f, const Tensor& images, Index row, Index col, Rng& rng);

}  // namespace gradfold
