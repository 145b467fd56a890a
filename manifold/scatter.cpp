#include "manifold/scatter.h"

#include <algorithm>
#include <array>

#include "tensor/kernels/gemm.h"
#include "tensor/parallel.h"

namespace gradfold {
namespace {

constexpr Index kRows = 1024;     // summed in Real before they are added to a double; they stay in the caches
constexpr Index kColumns = 128;   // of a strip, in which the centred rows lie close together
constexpr Index kDiagonal = 32;   // width of the pieces of a square on the diagonal, whose lower half is left out

// Rows of x - m, cut into strips of columns: a product of two strips reads nothing else.
class CenteredBlock {
 public:
  explicit CenteredBlock(Index d)
      : d_(d), strips_((d + kColumns - 1) / kColumns), values_({strips_, kRows, kColumns}) {}

  void fill(const Tensor& x, const Tensor& centers, const Indices& labels, Index first, Index rows) {
    rows_ = rows;
    parallel_for(rows, std::max<Index>(1, kMapGrain / d_), [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i)
        for (Index s = 0; s < strips_; ++s)
          centered_row(x, centers, labels, first + i, s * kColumns, width(s), strip(s) + i * kColumns);
    });
  }

  // Adds the upper triangle of (x - m)^T (x - m), a square of strips at a time.
  void add_products(std::vector<double>& total) {
    parallel_for(strips_ * strips_, 1, [&](Index begin, Index end) {
      for (Index t = begin; t < end; ++t)
        if (t / strips_ <= t % strips_) add_product(t / strips_, t % strips_, total);
    });
  }

 private:
  Real* strip(Index s) { return values_.data() + s * kRows * kColumns; }
  Index width(Index s) const { return std::min(kColumns, d_ - s * kColumns); }

  void add_product(Index a, Index b, std::vector<double>& total) {
    std::array<Real, kColumns * kColumns> part;
    const Index step = a == b ? kDiagonal : kColumns;
    for (Index j = 0; j < width(b); j += step) {
      const Index n = std::min(step, width(b) - j);
      gemm({.m = a == b ? j + n : width(a), .n = n, .k = rows_, .a = strip(a), .lda = kColumns, .b = strip(b) + j,
            .ldb = kColumns, .c = part.data() + j, .ldc = kColumns, .trans_a = true});
    }
    for (Index i = 0; i < width(a); ++i) {
      double* to = total.data() + (a * kColumns + i) * d_ + b * kColumns;
      for (Index j = a == b ? i : 0; j < width(b); ++j) to[j] += part[i * kColumns + j];
    }
  }

  Index d_, strips_, rows_ = 0;
  Tensor values_;  // [strips, kRows, kColumns]
};

}  // namespace

void centered_row(const Tensor& x, const Tensor& centers, const Indices& labels, Index i, Index column, Index count,
                  Real* out) {
  const Index d = x.size(1);
  const Real* row = x.data() + i * d + column;
  const Real* m = centers.data() + (labels.numel() > 0 ? labels[i] * d : 0) + column;
  for (Index j = 0; j < count; ++j) out[j] = row[j] - m[j];
}

std::vector<double> scatter(const Tensor& x, const Tensor& centers, const Indices& labels) {
  const Index n = x.size(0), d = x.size(1);
  std::vector<double> total(d * d, 0.0);
  CenteredBlock block(d);
  for (Index first = 0; first < n; first += kRows) {
    block.fill(x, centers, labels, first, std::min(kRows, n - first));
    block.add_products(total);
  }
  for (Index i = 0; i < d; ++i)
    for (Index j = i + 1; j < d; ++j) total[j * d + i] = total[i * d + j];
  return total;
}

}  // namespace gradfold
