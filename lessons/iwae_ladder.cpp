#include "lessons/iwae_ladder.h"

#include <algorithm>
#include <limits>

#include "lessons/comparison.h"
#include "models/elbo.h"
#include "tensor/elementwise.h"
#include "tensor/reduce.h"

namespace gradfold {

std::string IwaeLadder::str() const {
  std::string out;
  for (std::size_t i = 0; i < draws.size(); ++i)
    out += fmt::format("{}K = {}: {:.2f}", i > 0 ? ", " : "", draws[i], nats[i]);
  return out;
}

IwaeLadder iwae_ladder(const Tensor& log_weights, const std::vector<double>& draws) {
  require(draws.size() >= 2, "iwae_ladder", "there are {} numbers of draws, but gains need 2 or more", draws.size());
  IwaeLadder out{draws, {}, std::numeric_limits<double>::infinity()};
  Tensor before;
  for (const double k : draws) {
    const Tensor bound = iwae_bound(log_weights, static_cast<Index>(k));
    out.nats.push_back(-mean(bound).item());
    if (before.defined()) {
      const Lead gain = paired_lead(bound, before);
      out.least_gain = std::min(out.least_gain, gain.mean / gain.error);
    }
    before = bound;
  }
  return out;
}

}  // namespace gradfold
