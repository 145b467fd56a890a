#include "tensor/kernels/softmax.h"

#include "tensor/reduce.h"

namespace gradfold {
namespace {

using Kernel = void (*)(const Real* x, Index outer, Index count, Index inner, Real* y);

// Runs the kernel on x seen as [outer, count, inner] around dim.
void run(const char* who, const Tensor& x, int dim, Kernel kernel, Tensor& out) {
  const Index count = x.shape()[dim];
  require(count > 0, who, "x is {}; dimension {} must have at least one element", x.shape(), dim);
  Index outer = 1, inner = 1;
  for (int d = 0; d < dim; ++d) outer *= x.shape()[d];
  for (int d = dim + 1; d < x.rank(); ++d) inner *= x.shape()[d];
  const Tensor in = x.contiguous();
  kernel(in.data(), outer, count, inner, out.data());
}

Tensor same_shape(const char* who, const Tensor& x, int dim, Kernel kernel) {
  require(x.defined(), who, "x is an undefined tensor; it must hold numbers");
  Tensor out(x.shape());
  run(who, x, x.shape().dim(dim, who), kernel, out);
  return out;
}

}  // namespace

Tensor softmax(const Tensor& x, int dim) { return same_shape("softmax", x, dim, softmax_middle); }
Tensor log_softmax(const Tensor& x, int dim) { return same_shape("log_softmax", x, dim, log_softmax_middle); }

Tensor logsumexp(const Tensor& x, int dim, bool keepdim) {
  require(x.defined(), "logsumexp", "x is an undefined tensor; it must hold numbers");
  dim = x.shape().dim(dim, "logsumexp");
  Shape shape = x.shape();
  shape[dim] = 1;
  Tensor out(shape);
  run("logsumexp", x, dim, logsumexp_middle, out);
  return keepdim ? out : out.squeeze(dim);
}

}  // namespace gradfold
