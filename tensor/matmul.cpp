#include "tensor/matmul.h"

#include <algorithm>

#include "tensor/kernels/gemm.h"

namespace gradfold {
namespace {

// The last two dimensions of a tensor as gemm reads them: a transposed view is not copied but read the
// other way round.
struct Matrix {
  Tensor keep;  // owns the memory
  const Real* data;
  Index rows, cols, ld;
  bool transposed = false;

  Matrix(const Tensor& x, bool swap) : keep(x) {
    const int r = x.rank() - 2;
    rows = x.shape()[r], cols = x.shape()[r + 1];
    const Index step = x.strides()[r + 1], next = x.strides()[r];
    if (step == 1 && next >= cols) {
      ld = next;
    } else if (next == 1 && step >= rows) {
      ld = step;
      transposed = true;
    } else {
      keep = x.contiguous();
      ld = std::max<Index>(cols, 1);
    }
    data = keep.origin();
    if (!swap) return;
    std::swap(rows, cols);
    transposed = !transposed;
  }
};

void check_matmul(const Tensor& a, const Tensor& b, const Matrix& left, const Matrix& right) {
  require(left.cols == right.rows, "matmul",
          "a is {} and b is {}; the inner sizes {} and {} differ, but must be equal: [M, K] x [K, N]", a.shape(),
          b.shape(), left.cols, right.rows);
  require(a.rank() == 2 || a.shape()[0] == b.shape()[0], "matmul",
          "a is {} and b is {}; the batch sizes {} and {} differ, but must be equal", a.shape(), b.shape(),
          a.shape()[0], b.shape()[0]);
}

// The matrices must outlive the call of gemm.
GemmArgs arguments(const Matrix& a, const Matrix& b, Tensor& out) {
  return {.m = a.rows, .n = b.cols, .k = a.cols, .a = a.data, .lda = a.ld, .b = b.data, .ldb = b.ld,
          .c = out.data(), .ldc = std::max<Index>(b.cols, 1), .trans_a = a.transposed, .trans_b = b.transposed};
}

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b, MatmulOptions options) {
  require(a.defined() && b.defined(), "matmul", "an operand is an undefined tensor; both must hold numbers");
  require(a.rank() == b.rank() && (a.rank() == 2 || a.rank() == 3), "matmul",
          "a is {} and b is {}; both must be matrices [rows, columns], or both batches of them", a.shape(), b.shape());
  const Matrix left(a, options.transpose_a), right(b, options.transpose_b);
  check_matmul(a, b, left, right);
  if (a.rank() == 2) {
    Tensor out({left.rows, right.cols});
    gemm(arguments(left, right, out));
    return out;
  }
  Tensor out({a.shape()[0], left.rows, right.cols});
  gemm_batched(arguments(left, right, out), {.count = a.shape()[0], .stride_a = left.keep.strides()[0],
                                             .stride_b = right.keep.strides()[0], .stride_c = out.strides()[0]});
  return out;
}

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  require(x.defined() && weight.defined(), "linear", "x or weight is an undefined tensor; both must hold numbers");
  check_shape("linear", "weight", weight.shape(), {"out", "in"});
  check_shape("linear", "x", x.shape(), {"N", weight.shape()[1]});
  if (bias.defined()) check_shape("linear", "bias", bias.shape(), {weight.shape()[0]});
  Tensor out({x.shape()[0], weight.shape()[0]});
  const Tensor b = bias.contiguous();
  const Matrix left(x, false), right(weight, true);
  GemmArgs args = arguments(left, right, out);
  if (b.defined()) args.col_bias = b.data();
  gemm(args);
  return out;
}

}  // namespace gradfold
