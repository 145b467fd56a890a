#include "lessons/iwae_ladder.h"

#include <fmt/format.h>

#include "models/elbo.h"
#include "tensor/reduce.h"

namespace gradfold {

std::string IwaeLadder::str() const {
  std::string out;
  for (std::size_t i = 0; i < draws.size(); ++i)
    out += fmt::format("{}K = {}: {:.2f}", i > 0 ? ", " : "", draws[i], nats[i]);
  return out;
}

IwaeLadder iwae_ladder(const Tensor& log_weights, const std::vector<double>& draws) {
  IwaeLadder out{draws, {}};
  for (const double k : draws) out.nats.push_back(-mean(iwae_bound(log_weights, static_cast<Index>(k))).item());
  return out;
}

}  // namespace gradfold
