#pragma once
#include <functional>

#include "tensor/real.h"

namespace gradfold {

// How the learning rate changes over steps (or epochs: whatever is counted): a factor for each count, from 0
// on. A function of the count alone, so that a resumed run goes on exactly:
//   const Schedule rate = schedule::warm_up(500) * schedule::cosine(20'000);
//   optimizer.set_lr(1e-3 * rate(step));
struct Schedule {
  std::function<double(Index)> factor;
  double operator()(Index count) const { return factor(count); }
};

// Both at once.
Schedule operator*(const Schedule& a, const Schedule& b);

namespace schedule {

Schedule constant(double factor = 1);
// From 1 down to `last` along half a cosine in `counts`, then `last` (Loshchilov & Hutter 2017, without restarts).
Schedule cosine(Index counts, double last = 0);
// Times `factor` at every `every`-th count.
Schedule step_decay(Index every, double factor = 0.1);
// Times `factor` at each count: PixelCNN++ uses 0.999995 a step.
Schedule exponential(double factor);
// From `first` up to 1 along a line in `counts`, then 1.
Schedule warm_up(Index counts, double first = 0);
// `a` for its first `counts`, then `b`, which counts from 0 again.
Schedule then(const Schedule& a, Index counts, const Schedule& b);

}  // namespace schedule
}  // namespace gradfold
