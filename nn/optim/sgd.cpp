#include "nn/optim/sgd.h"

#include "nn/optim/decay.h"
#include "tensor/map.h"

namespace gradfold {
namespace {

std::vector<std::string> slots(const SGDOptions& options) {
  if (options.momentum == 0) return {};
  return {"momentum_buffer"};
}

struct MomentumPass {
  Real lr, momentum, l2;
  Real from_grad, from_buffer;  // w -= lr (from_grad g + from_buffer b)

  void run(Index n, Real* __restrict w, const Real* __restrict grad, Real* __restrict b) const {
    for (Index i = 0; i < n; ++i) {
      const Real g = grad[i] + l2 * w[i];
      b[i] = decayed(momentum * b[i] + g);
      w[i] -= lr * (from_grad * g + from_buffer * b[i]);
    }
  }
};

}  // namespace

SGD::SGD(std::vector<Var> parameters, SGDOptions options)
    : Optimizer("SGD", std::move(parameters), options.lr, slots(options)), options(options) {
  require(options.momentum >= 0 && options.weight_decay >= 0, "SGD",
          "momentum is {} and weight_decay {}; both must be 0 or more", options.momentum, options.weight_decay);
  require(!options.nesterov || options.momentum > 0, "SGD", "nesterov needs a momentum above 0");
}

void SGD::update(const Update& u) const {
  const Real rate = static_cast<Real>(lr()), l2 = static_cast<Real>(options.weight_decay);
  const Real momentum = static_cast<Real>(options.momentum);
  if (momentum == 0) {
    parallel_for(u.n, kMapGrain, [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) u.value[i] -= rate * (u.grad[i] + l2 * u.value[i]);
    });
    return;
  }
  const MomentumPass pass{rate, momentum, l2, options.nesterov ? Real{1} : Real{0},
                          options.nesterov ? momentum : Real{1}};
  parallel_for(u.n, kMapGrain, [&](Index begin, Index end) {
    pass.run(end - begin, u.value + begin, u.grad + begin, u.slot[0] + begin);
  });
}

}  // namespace gradfold
