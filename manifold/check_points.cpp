#include "manifold/check_points.h"

#include "tensor/reduce.h"

namespace gradfold {

void check_points(std::string_view who, std::string_view name, const Tensor& x, Index least) {
  require(x.defined(), who, "{} is an undefined tensor; it must be a matrix [N, D] of N points", name);
  check_shape(who, name, x.shape(), {"N", "D"});
  const Index n = x.size(0), d = x.size(1);
  require(n >= least, who, "{} is {}; at least {} points (rows) are needed", name, x.shape(), least);
  require(d >= 1, who, "{} is {}; points need at least one coordinate", name, x.shape());
  const Index at = first_non_finite(x);
  if (at < 0) return;
  require(false, who,
          "{} has {} in row {}, column {}; all numbers must be finite; hint: leave such rows out, or fill the gaps",
          name, x.at({at / d, at % d}), at / d, at % d);
}

}  // namespace gradfold
