#include "tensor/reduce.h"

#include <atomic>
#include <cmath>

#include "tensor/elementwise.h"
#include "tensor/kernels/reduce.h"
#include "tensor/parallel.h"

namespace gradfold {
namespace {

using Kernel = void (*)(const Real* x, Index outer, Index count, Index inner, Real* out);

// Bit d is set where dimension d disappears.
unsigned dims_mask(const Shape& shape, const Dims& dims, const char* who) {
  if (dims.empty()) return (1u << shape.rank()) - 1;
  unsigned mask = 0;
  for (int d : dims) {
    const unsigned bit = 1u << shape.dim(d, who);
    require(!(mask & bit), who, "dimension {} of {} is named twice", d, shape);
    mask |= bit;
  }
  return mask;
}

bool has(unsigned mask, int dim) { return mask >> dim & 1u; }

Shape reduced_shape(const Shape& shape, unsigned mask, bool keepdim) {
  Shape out;
  for (int d = 0; d < shape.rank(); ++d) {
    if (!has(mask, d)) out.push_back(shape[d]);
    else if (keepdim) out.push_back(1);
  }
  return out;
}

// One kernel call for each group of neighbouring dimensions that disappear, from the innermost outwards.
Tensor reduce(const Tensor& x, unsigned mask, const Shape& result, Kernel kernel) {
  const Shape& shape = x.shape();
  Tensor current = x.contiguous();
  Index inner = 1;
  for (int d = shape.rank() - 1; d >= 0; --d) {
    if (!has(mask, d)) {
      inner *= shape[d];
      continue;
    }
    Index count = shape[d], outer = 1;
    while (d > 0 && has(mask, d - 1)) count *= shape[--d];
    for (int k = 0; k < d; ++k) outer *= shape[k];
    if (count == 1) continue;
    Tensor next({outer, inner});
    kernel(current.data(), outer, count, inner, next.data());
    current = next;
  }
  return current.reshape(result);
}

Tensor sum_mask(const Tensor& x, unsigned mask, const Shape& result) { return reduce(x, mask, result, reduce_sum); }

void require_defined(const Tensor& x, const char* who) {
  require(x.defined(), who, "x is an undefined tensor; it must hold numbers");
}

Tensor extreme(const char* who, const Tensor& x, const Dims& dims, bool keepdim, Kernel kernel) {
  require_defined(x, who);
  const unsigned mask = dims_mask(x.shape(), dims, who);
  for (int d = 0; d < x.rank(); ++d) {
    require(!has(mask, d) || x.shape()[d] > 0, who, "x is {}; there is no {} of 0 elements", x.shape(), who);
  }
  return reduce(x, mask, reduced_shape(x.shape(), mask, keepdim), kernel);
}

// Position of the first largest number among count that lie `step` apart; the first NaN counts as the largest.
std::int32_t first_largest(const Real* x, Index count, Index step) {
  Index best = 0;
  for (Index r = 1; r < count && x[best * step] == x[best * step]; ++r) {
    const Real v = x[r * step];
    if (v > x[best * step] || v != v) best = r;
  }
  return static_cast<std::int32_t>(best);
}

}  // namespace

Tensor sum(const Tensor& x, const Dims& dims, bool keepdim) {
  require_defined(x, "sum");
  const unsigned mask = dims_mask(x.shape(), dims, "sum");
  return sum_mask(x, mask, reduced_shape(x.shape(), mask, keepdim));
}

Tensor mean(const Tensor& x, const Dims& dims, bool keepdim) {
  require_defined(x, "mean");
  const unsigned mask = dims_mask(x.shape(), dims, "mean");
  Index count = 1;
  for (int d = 0; d < x.rank(); ++d) count *= has(mask, d) ? x.shape()[d] : 1;
  return sum_mask(x, mask, reduced_shape(x.shape(), mask, keepdim)) / static_cast<Real>(count);
}

Tensor max(const Tensor& x, const Dims& dims, bool keepdim) { return extreme("max", x, dims, keepdim, reduce_max); }
Tensor min(const Tensor& x, const Dims& dims, bool keepdim) { return extreme("min", x, dims, keepdim, reduce_min); }

Indices argmax(const Tensor& x, int dim) {
  require_defined(x, "argmax");
  dim = x.shape().dim(dim, "argmax");
  const Index count = x.shape()[dim];
  require(count > 0, "argmax", "x is {}; there is no largest of 0 elements", x.shape());
  Indices out(reduced_shape(x.shape(), 1u << dim, false));
  Index inner = 1;
  for (int d = dim + 1; d < x.rank(); ++d) inner *= x.shape()[d];
  const Tensor in = x.contiguous();
  const Real* px = in.data();
  parallel_for(out.numel(), std::max<Index>(1, kMapGrain / count), [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      out[i] = first_largest(px + i / inner * count * inner + i % inner, count, inner);
    }
  });
  return out;
}

Tensor sum_to(Tensor x, const Shape& shape) {
  require_defined(x, "sum_to");
  if (x.shape() == shape) return x;
  require(shape.rank() <= x.rank() && broadcast(shape, x.shape(), "sum_to") == x.shape(), "sum_to",
          "{} does not broadcast to x, {}, so x cannot be summed to it", shape, x.shape());
  const int lead = x.rank() - shape.rank();
  unsigned mask = 0;
  for (int d = 0; d < x.rank(); ++d) {
    if (d < lead || shape[d - lead] != x.shape()[d]) mask |= 1u << d;
  }
  return sum_mask(x, mask, shape);
}

double sum_of_squares(const Tensor& x) {
  require_defined(x, "sum_of_squares");
  const Tensor in = x.contiguous();
  const Real* px = in.data();
  return ordered_sum(in.numel(), kMapGrain,
                     [px](Index begin, Index end) { return sum_of_squares_run(px + begin, end - begin); });
}

Index first_non_finite(const Tensor& x) {
  require_defined(x, "first_non_finite");
  const Tensor in = x.contiguous();
  const Real* px = in.data();
  std::atomic<Index> first{in.numel()};
  parallel_for(in.numel(), kMapGrain, [&](Index begin, Index end) {
    int odd = 0;
    for (Index i = begin; i < end; ++i) odd |= px[i] - px[i] != 0;  // infinity - infinity is NaN
    if (!odd) return;
    while (std::isfinite(px[begin])) ++begin;
    Index seen = first.load();
    while (begin < seen && !first.compare_exchange_weak(seen, begin)) {}
  });
  return first < in.numel() ? first.load() : -1;
}

}  // namespace gradfold
