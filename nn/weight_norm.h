#pragma once
#include <functional>

#include "nn/module.h"

namespace gradfold {

// What layers with weight normalisation share (Salimans & Kingma 2016, "Weight normalization", arXiv
// 1602.07868): the weight's length and its direction are parameters of their own,
//
//   w = g v / |v|,   one g and one |v| for each output
//
// so that a step cannot lengthen the weight by turning it. Names and shapes are those of PyTorch's weight_norm.
class WeightNormed : public Module {
 public:
  Var bias;      // [out]
  Var weight_g;  // 1 in every dimension but that of the outputs
  Var weight_v;

  // g v / |v|
  Var weight() const;
  // From the next x on its outputs begin with mean 0 and deviation `gain` over all pixels and images: forward
  // sets g and bias from what they are without it, once.
  void calibrate_next() { calibrate_ = true; }

  const Real gain;

 protected:
  // `out`: which dimension of the weight the outputs are.
  WeightNormed(const Shape& weight, int out, Real gain);
  // Runs `layer` (g and bias as they stand -> y [N, out, H, W]), after calibration if that is due.
  Var run(const std::function<Var()>& layer);

 private:
  const int out_;
  bool calibrate_ = false;
};

// Calls calibrate_next() on every layer in `module` that has it; one pass over a batch then calibrates them
// all, each on what those before it give.
void calibrate_next(Module& module);

}  // namespace gradfold
