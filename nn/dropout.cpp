#include "nn/dropout.h"

#include "autograd/ops/arithmetic.h"
#include "tensor/map.h"

namespace gradfold {
namespace {

constexpr std::uint64_t kStreamSeed = 1701;

}  // namespace

Dropout::Dropout(DropoutOptions options) : p(options.p), rng_(options.rng) {
  require(p >= 0 && p < 1, "Dropout", "p is {} but must be in [0, 1): it is the share that is dropped", p);
  require(p == 0 || rng_ != nullptr, "Dropout", "p is {} but there is no rng to draw from", p);
}

Var Dropout::forward(const Var& x) {
  if (!training() || p == 0) return x;
  const Real kept = 1 / (1 - p);
  return x * Var(map(rng_->uniform(x.shape()), [p = p, kept](Real u) { return u < p ? Real{0} : kept; }));
}

DropoutStream::DropoutStream(Index percent) : percent_(percent), rng_(kStreamSeed) {
  require(percent >= 0 && percent < 100, "DropoutStream", "dropout is {} but must be 0 .. 99 percent", percent);
  if (percent > 0) passes_ = &buffer("passes", Tensor::zeros({1}));
}

void DropoutStream::begin_pass() {
  if (!passes_ || !training()) return;
  Real& passes = passes_->data()[0];
  rng_ = Rng(kStreamSeed).fork(static_cast<std::uint64_t>(passes));
  passes += 1;
}

bool is_dropout_count(std::string_view name) { return name.ends_with("dropout.passes"); }

}  // namespace gradfold
