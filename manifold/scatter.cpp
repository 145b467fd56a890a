#include "manifold/scatter.h"

#include "tensor/kernels/gemm.h"
#include "tensor/parallel.h"

namespace gradfold {
namespace {

constexpr Index kRows = 1024;    // summed in Real before they are added to a double; near enough to stay in the caches
constexpr Index kColumns = 112;  // width of a strip of the triangle; narrower ones spare more and multiply slower

}  // namespace

void centered_rows(const Tensor& x, const Tensor& centers, const Indices& labels, Index begin, Index end, Real* out) {
  const Index d = x.size(1);
  const Real* rows = x.data();
  const Real* center = centers.data();
  for (Index i = begin; i < end; ++i, out += d) {
    const Real* m = labels.numel() > 0 ? center + labels[i] * d : center;
    for (Index j = 0; j < d; ++j) out[j] = rows[i * d + j] - m[j];
  }
}

std::vector<double> scatter(const Tensor& x, const Tensor& centers, const Indices& labels) {
  const Index n = x.size(0), d = x.size(1);
  std::vector<double> total(d * d, 0.0);
  Tensor block({std::min(n, kRows), d}), part({d, d});
  for (Index first = 0; first < n; first += kRows) {
    const Index rows = std::min(kRows, n - first);
    parallel_for(rows, std::max<Index>(1, kMapGrain / d), [&](Index begin, Index end) {
      centered_rows(x, centers, labels, first + begin, first + end, block.data() + begin * d);
    });
    for (Index j = 0; j < d; j += kColumns) {  // columns j.. of the upper triangle
      const Index width = std::min(kColumns, d - j);
      gemm({.m = j + width, .n = width, .k = rows, .a = block.data(), .lda = d, .b = block.data() + j, .ldb = d,
            .c = part.data() + j, .ldc = d, .trans_a = true});
    }
    parallel_for(d, 64, [&, sums = part.data()](Index begin, Index end) {
      for (Index i = begin; i < end; ++i)
        for (Index j = i; j < d; ++j) total[i * d + j] += sums[i * d + j];
    });
  }
  for (Index i = 0; i < d; ++i)
    for (Index j = i + 1; j < d; ++j) total[j * d + i] = total[i * d + j];
  return total;
}

}  // namespace gradfold
