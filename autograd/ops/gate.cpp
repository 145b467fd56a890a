#include "autograd/ops/gate.h"

#include "autograd/record.h"
#include "tensor/kernels/gate.h"
#include "tensor/parallel.h"

namespace gradfold {

// y = tanh(a) sigmoid(b)      da = dy sigmoid(b) (1 - tanh(a)^2)      db = dy y (1 - sigmoid(b))
// saves: x
Var gate(const Var& x) {
  const Tensor both = x.value().contiguous();
  require(both.rank() >= 2 && both.size(1) % 2 == 0, "gate",
          "x is {} but must be [N, 2p, ...]: two halves of as many channels", x.shape());
  Shape half = both.shape();
  half[1] /= 2;
  const Index n = both.size(0), size = half.numel() / std::max<Index>(n, 1);
  Tensor y(half);
  const Index grain = std::max<Index>(1, kMapGrain / std::max<Index>(size, 1));
  parallel_for(n, grain, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      const Real* a = both.data() + 2 * i * size;
      gate(a, a + size, y.data() + i * size, size);
    }
  });
  return record("gate", {x}, std::move(y), [both, n, size, grain](const Tensor& dresult) -> Grads {
    const Tensor dy = dresult.contiguous();
    Tensor dx(both.shape());
    parallel_for(n, grain, [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) {
        const Real* a = both.data() + 2 * i * size;
        Real* da = dx.data() + 2 * i * size;
        gate_backward(a, a + size, dy.data() + i * size, da, da + size, size);
      }
    });
    return {dx};
  });
}

}  // namespace gradfold
