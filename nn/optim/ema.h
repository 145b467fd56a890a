#pragma once
#include <vector>

#include "autograd/var.h"

namespace gradfold {

// Exponential moving average of the weights, a += (1 - decay) (w - a) after each step: smoother than the last
// weights, and better to evaluate and sample with (Polyak & Juditsky 1992). Starts at the weights it is given.
//   ema.update();                                     // after optimizer.step()
//   { Ema::Weights averaged(ema); evaluate(model); }  // the model has the averages in here
class Ema {
 public:
  explicit Ema(std::vector<Var> parameters, double decay = 0.999);

  void update();
  // Exchanges weights and averages; a second call brings them back.
  void swap();

  // The averages, in the order of the parameters, and their way back in. Not while they are swapped.
  const std::vector<Tensor>& averages() const;
  void load(std::vector<Tensor> averages);

  // The model has the averaged weights while this lives.
  class Weights {
   public:
    explicit Weights(Ema& ema) : ema_(ema) { ema_.swap(); }
    ~Weights() { ema_.swap(); }
    Weights(const Weights&) = delete;

   private:
    Ema& ema_;
  };

  const double decay;

 private:
  void check_not_swapped() const;
  std::vector<Var> parameters_;
  std::vector<Tensor> averages_;
  bool swapped_ = false;
};

}  // namespace gradfold
