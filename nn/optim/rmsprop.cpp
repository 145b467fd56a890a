#include "nn/optim/rmsprop.h"

#include <cmath>

#include "nn/optim/decay.h"
#include "tensor/map.h"

namespace gradfold {
namespace {

std::vector<std::string> slots(const RMSPropOptions& options) {
  if (options.momentum == 0) return {"square_avg"};
  return {"square_avg", "momentum_buffer"};
}

struct RMSPropPass {
  Real lr, alpha, rest, eps, momentum, l2;

  void run(Index n, Real* __restrict w, const Real* __restrict grad, Real* __restrict v) const {
    for (Index i = 0; i < n; ++i) {
      const Real g = grad[i] + l2 * w[i];
      v[i] = decayed_square(alpha * v[i] + rest * g * g);
      w[i] -= lr * g / (std::sqrt(v[i]) + eps);
    }
  }
  void run(Index n, Real* __restrict w, const Real* __restrict grad, Real* __restrict v, Real* __restrict b) const {
    for (Index i = 0; i < n; ++i) {
      const Real g = grad[i] + l2 * w[i];
      v[i] = decayed_square(alpha * v[i] + rest * g * g);
      b[i] = decayed(momentum * b[i] + g / (std::sqrt(v[i]) + eps));
      w[i] -= lr * b[i];
    }
  }
};

}  // namespace

RMSProp::RMSProp(std::vector<Var> parameters, RMSPropOptions options)
    : Optimizer("RMSProp", std::move(parameters), options.lr, slots(options)), options(options) {}

void RMSProp::update(const Update& u) const {
  const RMSPropPass pass{.lr = static_cast<Real>(lr()),
                         .alpha = static_cast<Real>(options.alpha),
                         .rest = static_cast<Real>(1 - options.alpha),
                         .eps = static_cast<Real>(options.eps),
                         .momentum = static_cast<Real>(options.momentum),
                         .l2 = static_cast<Real>(options.weight_decay)};
  parallel_for(u.n, kMapGrain, [&](Index begin, Index end) {
    Real *w = u.value + begin, *v = u.slot[0] + begin;
    if (pass.momentum == 0) {
      pass.run(end - begin, w, u.grad + begin, v);
    } else {
      pass.run(end - begin, w, u.grad + begin, v, u.slot[1] + begin);
    }
  });
}

}  // namespace gradfold
