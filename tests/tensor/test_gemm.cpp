#include "tensor/kernels/gemm.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "tensor/kernels/gemm_micro.h"
#include "tensor/kernels/tasks.h"
#include "tensor/parallel.h"
#include "tensor/tensor.h"
#include "tests/arrays.h"
#include "tests/doctest.h"

using namespace gradfold;

namespace {

// A product with operands of its own; rows of every matrix are `gap` longer than they need to be.
struct Case {
  std::vector<Real> a, b, c, row_bias, col_bias;
  GemmArgs args;

  Case(Index m, Index n, Index k, bool trans_a = false, bool trans_b = false, Index gap = 0)
      : a(numbers((trans_a ? k : m) * ((trans_a ? m : k) + gap), 1)),
        b(numbers((trans_b ? n : k) * ((trans_b ? k : n) + gap), 2)),
        c(numbers(m * (n + gap), 3)),
        row_bias(numbers(m, 4)),
        col_bias(numbers(n, 5)) {
    args = {.m = m, .n = n, .k = k, .a = a.data(), .lda = (trans_a ? m : k) + gap,
            .b = b.data(), .ldb = (trans_b ? k : n) + gap, .c = c.data(), .ldc = n + gap,
            .trans_a = trans_a, .trans_b = trans_b};
  }
};

std::string describe(const GemmArgs& g) {
  return std::to_string(g.m) + "x" + std::to_string(g.n) + "x" + std::to_string(g.k) + (g.trans_a ? " At" : "") +
         (g.trans_b ? " Bt" : "");
}

// Runs both on copies of C; elements between the rows must stay as they were.
void check_against_ref(const Case& one) {
  INFO(describe(one.args));
  std::vector<Real> fast = one.c, ref = one.c;
  GemmArgs g = one.args;
  g.c = fast.data();
  gemm(g);
  g.c = ref.data();
  gemm_ref(g);
  CHECK(distance(fast, ref) <= 2e-6 * std::sqrt(double(g.k) + 1) + 1e-6);
}

}  // namespace

TEST_CASE("gemm: partial vectors and odd shapes, all transposes, rows with gaps") {
  const Index sizes[] = {1, 2, 5, 13, 14, 15, 16, 17, 31, 32, 33, 47, 70};
  for (Index m : sizes)
    for (Index n : sizes)
      for (Index k : {1, 3, 16, 37})
        for (int transposes = 0; transposes < 4; ++transposes)
          check_against_ref(Case(m, n, k, transposes & 1, transposes & 2, (m + n) % 3));
}

TEST_CASE("gemm: sizes at which blocking, packing and threads come in") {
  for (int transposes = 0; transposes < 4; ++transposes) {
    const bool ta = transposes & 1, tb = transposes & 2;
    check_against_ref(Case(300, 520, 700, ta, tb));
    check_against_ref(Case(129, 515, 641, ta, tb, 3));
    check_against_ref(Case(1100, 130, 33, ta, tb));
    check_against_ref(Case(3, 2100, 400, ta, tb));
    check_against_ref(Case(2100, 3, 400, ta, tb));
    check_against_ref(Case(128, 512, 512, ta, tb));
  }
}

TEST_CASE("gemm: a C that no cache holds, with tiles that can and cannot be written past it") {
  for (const auto& [n, ldc] : {std::pair<Index, Index>{80, 80}, {72, 80}, {72, 73}}) {
    const Index m = kCacheSize / n + 5;
    Case one(m, n, 3);
    Tensor c({m, ldc}), expected({m, ldc});
    REQUIRE(m * n > kCacheSize);
    if (kFastKernels) REQUIRE(micro::tiles_are_aligned(c.data(), ldc) == (ldc == 80));
    c.fill(7);
    expected.fill(7);
    one.args.ldc = ldc;
    one.args.c = expected.data();
    gemm_ref(one.args);
    one.args.c = c.data();
    gemm(one.args);
    INFO("n ", n, ", rows of ", ldc);
    CHECK(allclose(c, expected, 1e-5, 1e-5));
  }
}

// Where B is packed in several blocks of columns, a block in the middle must begin where a tile may be written.
TEST_CASE("gemm: a C wider than a block of columns, written past the cache") {
  for (const Index n : {5008, 10000}) {
    const Index m = kCacheSize / n + 5, k = 20;
    Case one(m, n, k, false, true);
    Tensor c({m, n}), expected({m, n});
    if (kFastKernels) REQUIRE(micro::tiles_are_aligned(c.data(), n));
    one.args.c = expected.data();
    gemm_ref(one.args);
    one.args.c = c.data();
    gemm(one.args);
    INFO("n ", n);
    CHECK(allclose(c, expected, 1e-5, 1e-5));
  }
}

TEST_CASE("gemm: alpha, beta, biases and relu") {
  for (Index n : {5, 32, 100})
    for (Index k : {9, 700})
      for (Real alpha : {Real(1), Real(-0.5)})
        for (Real beta : {Real(0), Real(1), Real(0.25)})
          for (int epilogue = 0; epilogue < 8; ++epilogue) {
            Case one(29, n, k, false, true, 2);
            one.args.alpha = alpha;
            one.args.beta = beta;
            if (epilogue & 1) one.args.row_bias = one.row_bias.data();
            if (epilogue & 2) one.args.col_bias = one.col_bias.data();
            one.args.relu = epilogue & 4;
            check_against_ref(one);
          }
}

TEST_CASE("gemm: beta = 0 does not read C") {
  Case one(17, 40, 3);
  std::fill(one.c.begin(), one.c.end(), std::numeric_limits<Real>::quiet_NaN());
  check_against_ref(one);
}

TEST_CASE("gemm: k = 0 leaves beta * C and the epilogue; m = 0 or n = 0 does nothing") {
  Case one(15, 33, 0);
  one.args.beta = 0.5;
  one.args.row_bias = one.row_bias.data();
  check_against_ref(one);
  check_against_ref(Case(0, 5, 4));
  check_against_ref(Case(5, 0, 4));
}

TEST_CASE("gemm: same bits for 1, 2, 3 and 8 threads") {
  for (auto [m, n, k] : {std::array<Index, 3>{257, 300, 900}, {1500, 20, 300}, {64, 1000, 513}}) {
    Case one(m, n, k, false, k % 2 == 1);
    one.args.beta = 0.5;
    std::vector<Real> first;
    for (int threads : {1, 2, 3, 8}) {
      std::vector<Real> c = one.c;
      GemmArgs g = one.args;
      g.c = c.data();
      set_num_threads(threads);
      gemm(g);
      set_num_threads(0);
      if (first.empty()) first = c;
      CHECK(first == c);
    }
  }
}

TEST_CASE("gemm_batched: strides, a shared operand, small and large matrices") {
  for (auto [count, m, n, k] : {std::array<Index, 4>{7, 5, 6, 4}, {40, 33, 17, 29}, {2, 300, 310, 290}}) {
    const std::vector<Real> a = numbers(count * m * k, 1), b = numbers(k * n, 2);
    std::vector<Real> c(static_cast<size_t>(count * m * n)), ref = c;
    GemmArgs g{.m = m, .n = n, .k = k, .a = a.data(), .lda = k, .b = b.data(), .ldb = n, .c = c.data(), .ldc = n};
    gemm_batched(g, {.count = count, .stride_a = m * k, .stride_b = 0, .stride_c = m * n});
    double worst = 0;
    for (Index i = 0; i < count; ++i) {
      g.a = a.data() + i * m * k;
      g.c = ref.data() + i * m * n;
      gemm_ref(g);
    }
    for (size_t i = 0; i < ref.size(); ++i) worst = std::max(worst, std::abs(double(c[i]) - double(ref[i])));
    CHECK(worst < 1e-4);
  }
}
