#include "tensor/kernels/gate.h"

#include "tensor/kernels/each_vector.h"
#include "tensor/kernels/sigmoid.h"

namespace gradfold {

void gate(const Real* a, const Real* b, Real* y, Index n) {
  if constexpr (!kFastKernels) return gate_ref(a, b, y, n);
  each_vector<2, 1>(n, {a, b}, {y}, [](auto d, const auto& x, auto& out) {
    out[0] = hn::Mul(hn::Tanh(d, x[0]), vec::sigmoid_lanes(d, x[1]));
  });
}

void gate_backward(const Real* a, const Real* b, const Real* dy, Real* da, Real* db, Index n) {
  if constexpr (!kFastKernels) return gate_backward_ref(a, b, dy, da, db, n);
  each_vector<3, 2>(n, {a, b, dy}, {da, db}, [](auto d, const auto& x, auto& out) {
    const auto t = hn::Tanh(d, x[0]), open = vec::sigmoid_lanes(d, x[1]), through = hn::Mul(x[2], open);
    out[0] = hn::Mul(through, hn::NegMulAdd(t, t, hn::Set(d, Real(1))));
    out[1] = hn::Mul(hn::Mul(through, t), hn::Sub(hn::Set(d, Real(1)), open));
  });
}

}  // namespace gradfold
