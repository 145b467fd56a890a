#include "autograd/ops/lstm.h"

#include "autograd/record.h"
#include "tensor/parallel.h"
#include "tensor/reduce.h"

namespace gradfold {
namespace {

// Images a thread takes at a time: their planes are independent of each other.
constexpr Index kImages = 2;

// Plane i of N. T: Real, or const Real to read only.
template <class T, class States>
LstmPlane<T> plane_of(Index i, const LstmScan& scan, const Tensor& weight, States& gates, States& h, States& c) {
  const Index hidden = h.size(-1), states = scan.places() * hidden;
  return {scan, hidden, weight.data(), gates.data() + i * gates.size(1) * 4 * hidden, h.data() + i * states,
          c.data() + i * states};
}

}  // namespace

// a = x + windows of h before * weight; c = f c before + i g; h = o tanh c
// dx = dgates   dweight = windows^T dgates   dh0, dc0 = what reaches places where no cell is
// saves: weight, the gates, all h and c
Var lstm_scan(const Var& x, const Var& weight, const Var& h0, const Var& c0, const LstmScan& scan) {
  const Index n = x.size(0), pixels = x.size(1), hidden = weight.size(1);
  check_shape("lstm_scan", "x", x.shape(), {"N", "pixels", 4 * hidden});
  check_shape("lstm_scan", "weight", weight.shape(), {4 * hidden, "h", scan.taps});
  const Tensor matrix = weight.value().permute({2, 1, 0}).contiguous();  // [taps, h, 4h]
  const Shape places{n, scan.lines + 1, scan.row(), hidden};
  Tensor gates(x.shape()), h(places), c(places), y(Shape{n, pixels, hidden});
  parallel_for(n, kImages, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {  // a plane is filled when its turn comes, and is then in the cache
      gates.select(0, i).copy_from(x.value().select(0, i));
      h.select(0, i).copy_from(h0.value());
      c.select(0, i).copy_from(c0.value());
      lstm_scan(plane_of<Real>(i, scan, matrix, gates, h, c), y.data() + i * pixels * hidden);
    }
  });
  return record("lstm_scan", {x, weight, h0, c0}, std::move(y),
                [scan, n, pixels, hidden, matrix, gates, h, c, h0_shape = h0.shape(),
                 c0_shape = c0.shape()](const Tensor& dy) -> Grads {
                  const Index chunks = (n + kImages - 1) / kImages;
                  Tensor dgates(gates.shape());
                  Tensor dmatrix = Tensor::zeros({chunks, scan.taps, hidden, 4 * hidden});
                  Tensor dh0 = Tensor::zeros({chunks, scan.row(), hidden}), dc0 = Tensor::zeros(dh0.shape());
                  parallel_for(n, kImages, [&](Index begin, Index end) {
                    const Index chunk = begin / kImages, first = chunk * scan.row() * hidden;
                    for (Index i = begin; i < end; ++i) {
                      const Tensor dh = dy.select(0, i).contiguous();
                      lstm_scan_backward(plane_of<const Real>(i, scan, matrix, gates, h, c),
                                         {dh.data(), dgates.data() + i * pixels * 4 * hidden,
                                          dmatrix.data() + chunk * matrix.numel(), dh0.data() + first,
                                          dc0.data() + first});
                    }
                  });
                  return {dgates, sum(dmatrix, {0}).permute({2, 1, 0}), sum_to(dh0, h0_shape), sum_to(dc0, c0_shape)};
                });
}

}  // namespace gradfold
