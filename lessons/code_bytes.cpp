#include "lessons/code_bytes.h"

#include <algorithm>
#include <cmath>

#include "tensor/reduce.h"

namespace gradfold {

Tensor keep_bits(const Tensor& codes, const Tensor& seen, int bits) {
  constexpr std::string_view who = "keep_bits";
  require(bits >= 1 && bits <= 16, who, "bits is {} but must be 1..16", bits);
  check_shape(who, "codes", codes.shape(), {"N", "D"});
  check_shape(who, "seen", seen.shape(), {"M", codes.size(1)});
  const Tensor least = min(seen, {0}), greatest = max(seen, {0});
  const double steps = std::pow(2.0, bits) - 1;
  Tensor out = codes.clone();
  Real* at = out.data();
  for (Index i = 0; i < out.numel(); ++i) {
    const Index d = i % codes.size(1);
    const double low = least.data()[d], step = (greatest.data()[d] - low) / steps;
    if (step > 0) at[i] = static_cast<Real>(low + step * std::clamp(std::round((at[i] - low) / step), 0.0, steps));
    else at[i] = static_cast<Real>(low);
  }
  return out;
}

}  // namespace gradfold
