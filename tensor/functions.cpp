// The functions of elementwise.h that have a vector kernel.
#include "tensor/elementwise.h"
#include "tensor/kernels/vector_math.h"
#include "tensor/parallel.h"

namespace gradfold {
namespace {

template <class Kernel>
Tensor apply(const char* who, const Tensor& x, Kernel kernel) {
  require(x.defined(), who, "x is an undefined tensor; it must hold numbers");
  const Tensor in = x.contiguous();
  Tensor out(x.shape());
  const Real* px = in.data();
  Real* py = out.data();
  parallel_for(out.numel(), kMapGrain, [=](Index begin, Index end) {
    kernel(px + begin, py + begin, end - begin);
  });
  return out;
}

}  // namespace

Tensor exp(const Tensor& x) { return apply("exp", x, vec::exp); }
Tensor log(const Tensor& x) { return apply("log", x, vec::log); }
Tensor sin(const Tensor& x) { return apply("sin", x, vec::sin); }
Tensor cos(const Tensor& x) { return apply("cos", x, vec::cos); }
Tensor erf(const Tensor& x) { return apply("erf", x, vec::erf); }
Tensor gelu(const Tensor& x) { return apply("gelu", x, vec::gelu); }
Tensor silu(const Tensor& x) { return apply("silu", x, vec::silu); }
Tensor tanh(const Tensor& x) { return apply("tanh", x, vec::tanh); }
Tensor sigmoid(const Tensor& x) { return apply("sigmoid", x, vec::sigmoid); }
Tensor softplus(const Tensor& x) { return apply("softplus", x, vec::softplus); }
Tensor log_sigmoid(const Tensor& x) { return apply("log_sigmoid", x, vec::log_sigmoid); }
Tensor elu(const Tensor& x, Real alpha) {
  return apply("elu", x, [alpha](const Real* in, Real* out, Index n) { vec::elu(in, out, n, alpha); });
}

}  // namespace gradfold
