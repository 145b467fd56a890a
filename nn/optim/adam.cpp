#include "nn/optim/adam.h"

#include <cmath>

#include "nn/optim/decay.h"
#include "tensor/map.h"

namespace gradfold {
namespace {

struct AdamPass {
  Real beta1, beta2, new1, new2, eps;
  Real step_size;     // lr / (1 - beta1^t)
  Real root_v_scale;  // 1 / sqrt(1 - beta2^t)
  Real l2;            // weight decay through the gradient
  Real shrink;        // weight decay on the weight itself, as a factor

  template <class Update>
  void run(const Update& u) const {
    parallel_for(u.n, kMapGrain, [&](Index begin, Index end) {
      run(end - begin, u.value + begin, u.grad + begin, u.slot[0] + begin, u.slot[1] + begin);
    });
  }
  void run(Index n, Real* __restrict w, const Real* __restrict grad, Real* __restrict m, Real* __restrict v) const {
    for (Index i = 0; i < n; ++i) {
      const Real g = grad[i] + l2 * w[i];
      m[i] = decayed(beta1 * m[i] + new1 * g);
      v[i] = decayed_square(beta2 * v[i] + new2 * g * g);
      w[i] = w[i] * shrink - step_size * m[i] / (std::sqrt(v[i]) * root_v_scale + eps);
    }
  }
};

template <class Options>
Options checked(const char* who, const Options& o) {
  const auto decay = [](double beta) { return beta >= 0 && beta < 1; };
  require(decay(o.beta1) && decay(o.beta2) && o.eps >= 0 && o.weight_decay >= 0, who,
          "beta1 is {}, beta2 {}, eps {} and weight_decay {}; betas must be 0 or more and below 1, the others 0 or "
          "more",
          o.beta1, o.beta2, o.eps, o.weight_decay);
  return o;
}

// Everything is worked out in double first: 1 - 0.999 in float is off by 1e-5 of itself.
template <class Options>
AdamPass make_pass(const Options& o, double lr, Index step, double l2, double decoupled) {
  const double t = static_cast<double>(step);
  return {.beta1 = static_cast<Real>(o.beta1),
          .beta2 = static_cast<Real>(o.beta2),
          .new1 = static_cast<Real>(1 - o.beta1),
          .new2 = static_cast<Real>(1 - o.beta2),
          .eps = static_cast<Real>(o.eps),
          .step_size = static_cast<Real>(lr / (1 - std::pow(o.beta1, t))),
          .root_v_scale = static_cast<Real>(1 / std::sqrt(1 - std::pow(o.beta2, t))),
          .l2 = static_cast<Real>(l2),
          .shrink = static_cast<Real>(1 - lr * decoupled)};
}

}  // namespace

Adam::Adam(std::vector<Var> parameters, AdamOptions options)
    : Optimizer("Adam", std::move(parameters), options.lr, {"exp_avg", "exp_avg_sq"}),
      options(checked("Adam", options)) {}

void Adam::update(const Update& u) const {
  make_pass(options, lr(), u.step, options.weight_decay, 0).run(u);
}

AdamW::AdamW(std::vector<Var> parameters, AdamWOptions options)
    : Optimizer("AdamW", std::move(parameters), options.lr, {"exp_avg", "exp_avg_sq"}),
      options(checked("AdamW", options)) {}

void AdamW::update(const Update& u) const {
  make_pass(options, lr(), u.step, 0, options.weight_decay).run(u);
}

}  // namespace gradfold
