#include "lessons/shuffle_columns.h"

namespace gradfold {

Tensor shuffle_columns(const Tensor& rows, Rng rng) {
  check_shape("shuffle_columns", "rows", rows.shape(), {"N", "D"});
  const Tensor from = rows.contiguous();
  Tensor out(rows.shape());
  const Index n = rows.size(0), width = rows.size(1);
  for (Index d = 0; d < width; ++d) {
    const Indices order = rng.fork(static_cast<std::uint64_t>(d)).permutation(n);
    for (Index i = 0; i < n; ++i) out.data()[i * width + d] = from.data()[order[i] * width + d];
  }
  return out;
}

}  // namespace gradfold
