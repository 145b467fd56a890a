// matmul, linear and the convolutions on tensors: shapes, views and messages. The arithmetic is tested at the
// kernels (test_gemm.cpp, test_conv2d.cpp).
#include "tensor/conv.h"
#include "tensor/elementwise.h"
#include "tensor/matmul.h"
#include "tensor/random.h"
#include "tensor/reduce.h"
#include "tests/doctest.h"

using namespace gradfold;

TEST_CASE("matmul of matrices, transposed in every way") {
  Rng rng(1);
  const Tensor a = rng.normal({5, 7}), b = rng.normal({7, 3});
  const Tensor y = sum(a.reshape({5, 7, 1}) * b, {1});
  const Tensor at = a.transpose(0, 1), bt = b.transpose(0, 1);
  CHECK(allclose(matmul(a, b), y));
  CHECK(allclose(matmul(at, b, {.transpose_a = true}), y));
  CHECK(allclose(matmul(a, bt, {.transpose_b = true}), y));
  CHECK(allclose(matmul(at.contiguous(), bt.contiguous(), {.transpose_a = true, .transpose_b = true}), y));
  CHECK(allclose(matmul(at.contiguous().transpose(0, 1), b), y));
  CHECK(allclose(matmul(a.flip(0), b.flip(1)), y.flip(0).flip(1)));
  CHECK(allclose(matmul(a.slice(1, 0, 7, 2), b.slice(0, 0, 7, 2)),
                 sum((a.reshape({5, 7, 1}) * b).slice(1, 0, 7, 2), {1})));
  CHECK(allclose(matmul(a.slice(0, 2, 3), b), y.slice(0, 2, 3)));
  CHECK(allclose(matmul(a, b.slice(1, 2, 3)), y.slice(1, 2, 3)));
  CHECK(allclose(matmul(rng.normal({1, 1}).expand({4, 6}) * 0 + 1, Tensor::ones({6, 2})), Tensor::full({4, 2}, 6)));
  CHECK(allclose(matmul(Tensor::ones({1}).expand({4, 6}), Tensor::ones({6, 2})), Tensor::full({4, 2}, 6)));
}

TEST_CASE("matmul of batches and of nothing") {
  Rng rng(2);
  const Tensor a = rng.normal({4, 5, 7}), b = rng.normal({4, 7, 3});
  const Tensor y = matmul(a, b);
  const Tensor crossed = matmul(a.permute({0, 2, 1}), b.permute({0, 2, 1}).contiguous(),
                                {.transpose_a = true, .transpose_b = true});
  for (Index i = 0; i < 4; ++i) CHECK(allclose(y.select(0, i), matmul(a.select(0, i), b.select(0, i))));
  CHECK(allclose(crossed, y));
  CHECK(allclose(matmul(a.select(0, 1).expand({4, 5, 7}), b).select(0, 3), matmul(a.select(0, 1), b.select(0, 3))));
  CHECK(matmul(Tensor({0, 3}), Tensor({3, 2})).shape() == Shape{0, 2});
  CHECK(identical(matmul(Tensor({2, 0}), Tensor({0, 3})), Tensor::zeros({2, 3})));
  CHECK(identical(matmul(Tensor({2, 2, 0}), Tensor({2, 0, 3})), Tensor::zeros({2, 2, 3})));
}

TEST_CASE("linear") {
  Rng rng(3);
  const Tensor x = rng.normal({6, 4}), w = rng.normal({5, 4}), b = rng.normal({5});
  CHECK(allclose(linear(x, w, b), matmul(x, w.transpose(0, 1)) + b));
  CHECK(allclose(linear(x, w, {}), matmul(x, w.transpose(0, 1))));
  CHECK(allclose(linear(x, w.flip(0), b.flip(0)), linear(x, w, b).flip(1)));
}

TEST_CASE("convolutions take views and options") {
  Rng rng(4);
  const Tensor x = rng.normal({2, 3, 9, 8}), w = rng.normal({4, 3, 3, 2}), b = rng.normal({4});
  const Conv2dOptions options = {.stride = {2, 1}, .padding = {1, 0}};
  const Tensor y = conv2d(x, w, b, options);
  CHECK(y.shape() == Shape{2, 4, 5, 7});
  CHECK(allclose(y - b.reshape({4, 1, 1}), conv2d(x, w, {}, options), 1e-4, 1e-5));
  CHECK(identical(conv2d(x.transpose(2, 3).contiguous().transpose(2, 3), w, b, options), y));
  // <dy, conv(x)> = <conv_backward_input(dy), x> = <conv_backward_weight(dy), w>: the transposes.
  const Tensor dy = rng.normal(y.shape());
  const double both = sum(dy * conv2d(x, w, {}, options)).item();
  CHECK(sum(conv2d_backward_input(dy, w, x.shape(), options) * x).item() == approx(both, 1e-4));
  CHECK(sum(conv2d_backward_weight(dy, x, w.shape(), options) * w).item() == approx(both, 1e-4));
  CHECK(allclose(conv_transpose2d(dy, w, {}, options), conv2d_backward_input(dy, w, x.shape(), options), 1e-4, 1e-5));
  CHECK(conv_transpose2d(dy, w, {}, {.stride = 2}, 1).shape() == Shape{2, 3, 12, 15});
}

TEST_CASE("messages of products") {
  const Tensor a({2, 3}), x({1, 3, 8, 8}), w({4, 3, 3, 3}), none;
  CHECK_THROWS_WITH(matmul(a, a), "matmul: a is [2, 3] and b is [2, 3]; the inner sizes 3 and 2 differ, but must be "
        "equal: [M, K] x [K, N]");
  CHECK_THROWS_WITH(matmul(a, x),
                    "matmul: a is [2, 3] and b is [1, 3, 8, 8]; both must be matrices [rows, columns], or "
        "both batches of them");
  CHECK_THROWS_WITH(matmul(a, none), "matmul: an operand is an undefined tensor; both must hold numbers");
  CHECK_THROWS_WITH(linear(a, Tensor({5, 4}), none), "linear: x is [2, 3] but must be [N, 4]");
  CHECK_THROWS_WITH(conv2d(Tensor({3, 8, 8}), w, none),
        "conv2d: x is [3, 8, 8] but must be [N, 3, H, W]\n  hint: add the batch dimension, "
        "x.reshape({1, 3, 8, 8})");
  CHECK_THROWS_WITH(conv2d(x, w, Tensor({3})), "conv2d: bias is [3] but must be [4]");
  CHECK_THROWS_WITH(conv2d(x, w, none, {.stride = 0}), "conv2d: stride is 0 x 0; it must be 1 or more");
  CHECK_THROWS_WITH(conv2d(x, w, none, {.taps = {{0, 3}}}),
        "conv2d: tap (0, 3) lies outside the kernel, which is 3 x 3");
  CHECK_THROWS_WITH(conv2d(Tensor({1, 3, 2, 2}), w, none),
        "conv2d: x is [1, 3, 2, 2] with padding 0 x 0, smaller than the kernel, 3 x 3");
  CHECK_THROWS_WITH(conv_transpose2d(Tensor({1, 4, 2, 2}), w, none, {}, 1),
        "conv_transpose2d: output_padding is 1 x 1; it must be from 0 to the stride, 1 x 1, less 1");
}
