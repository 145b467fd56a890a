#include "tensor/kernels/conv2d.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "tensor/kernels/tasks.h"
#include "tensor/parallel.h"
#include "tensor/tensor.h"
#include "tests/arrays.h"
#include "tests/doctest.h"

using namespace gradfold;

namespace {

struct Results {
  std::vector<Real> y, dx, dweight, dbias;
};

struct ConvOperands {
  ConvGeometry g;
  std::vector<Real> x, weight, bias, dy;

  explicit ConvOperands(const ConvGeometry& g)
      : g(g),
        x(numbers(g.n * g.c_in * g.h * g.w, 1)),
        weight(numbers(g.c_out * g.c_in * g.kh * g.kw, 2)),
        bias(numbers(g.c_out, 3)),
        dy(numbers(g.n * g.c_out * g.out_h() * g.out_w(), 4)) {}

  // Every result starts as 7 everywhere: what is not overwritten shows.
  Results results() const {
    const auto sevens = [](const std::vector<Real>& v) { return std::vector<Real>(v.size(), Real(7)); };
    return {sevens(dy), sevens(x), sevens(weight), sevens(bias)};
  }
  Results fast(bool relu = false) const {
    Results r = results();
    conv2d_forward(g, x.data(), weight.data(), bias.data(), relu, r.y.data());
    conv2d_backward_input(g, dy.data(), weight.data(), r.dx.data());
    conv2d_backward_weight(g, x.data(), dy.data(), r.dweight.data(), r.dbias.data());
    return r;
  }
  Results ref(bool relu = false) const {
    Results r = results();
    conv2d_forward_ref(g, x.data(), weight.data(), bias.data(), relu, r.y.data());
    conv2d_backward_input_ref(g, dy.data(), weight.data(), r.dx.data());
    conv2d_backward_weight_ref(g, x.data(), dy.data(), r.dweight.data(), r.dbias.data());
    return r;
  }
};

std::string describe(const ConvGeometry& g) {
  std::string text;
  for (Index v : {g.n, g.c_in, g.h, g.w, g.c_out, g.kh, g.kw, g.stride_h, g.stride_w, g.pad_h, g.pad_w})
    text += std::to_string(v) + " ";
  return text + "taps " + std::to_string(g.taps.size());
}

void check_against_ref(const ConvGeometry& g) {
  INFO(describe(g));
  const ConvOperands operands(g);
  const Results fast = operands.fast(), ref = operands.ref();
  const auto near = [](Index terms) { return 3e-6 * std::sqrt(double(terms) + 1); };
  CHECK(distance(fast.y, ref.y) < near(g.c_in * g.kh * g.kw));
  CHECK(distance(fast.dx, ref.dx) < near(g.c_out * g.kh * g.kw));
  CHECK(distance(fast.dweight, ref.dweight) < near(g.n * g.out_h() * g.out_w()));
  CHECK(distance(fast.dbias, ref.dbias) < near(g.n * g.out_h() * g.out_w()));
}

// The taps before the centre in raster order, with the centre or without.
std::vector<Tap> causal_taps(int k, bool with_centre) {
  std::vector<Tap> taps;
  for (int t = 0; t < k * k / 2 + with_centre; ++t) taps.push_back({t / k, t % k});
  return taps;
}

}  // namespace

TEST_CASE("conv2d: strides, paddings, kernels and sizes, none of them square") {
  for (Index kh : {1, 2, 3})
    for (Index kw : {1, 3, 5})
      for (Index stride_h : {1, 2})
        for (Index stride_w : {1, 3})
          for (Index pad_h : {0, 1, 2})
            for (Index pad_w : {0, 2})
              for (Index w : {5, 13, 34})
                check_against_ref({.n = 2, .c_in = 3, .h = 7, .w = w, .c_out = 4, .kh = kh, .kw = kw,
                                   .stride_h = stride_h, .stride_w = stride_w, .pad_h = pad_h, .pad_w = pad_w});
}

TEST_CASE("conv2d: channels and image sizes that fill vectors, panels and tasks, or just do not") {
  for (Index c_in : {1, 15, 33})
    for (Index c_out : {1, 14, 17, 64})
      for (Index size : {1, 4, 28})
        check_against_ref({.n = 3, .c_in = c_in, .h = size, .w = size + 1, .c_out = c_out, .kh = 3, .kw = 3,
                           .pad_h = 1, .pad_w = 1});
  check_against_ref({.n = 1, .c_in = 32, .h = 40, .w = 50, .c_out = 48, .kh = 3, .kw = 3, .pad_h = 1, .pad_w = 1});
  check_against_ref({.n = 21, .c_in = 8, .h = 14, .w = 14, .c_out = 16, .kh = 5, .kw = 5, .stride_h = 2,
                     .stride_w = 2, .pad_h = 2, .pad_w = 2});
}

TEST_CASE("conv2d: results that are cut off below and on the right") {
  for (Index stride : {1, 2})
    for (Index size : {2, 7, 28})
      for (Index kw : {1, 2, 3})
        for (Index c : {3, 33})
          check_against_ref({.n = 2, .c_in = c, .h = size, .w = size + 1, .c_out = c + 1, .kh = 2, .kw = kw,
                             .stride_h = stride, .stride_w = stride, .pad_h = 1, .pad_w = kw - 1, .crop_h = 1,
                             .crop_w = kw == 1 ? 0 : 1});
}

TEST_CASE("conv2d: few inputs, many outputs, as in a first layer") {
  const std::vector<Tap> scattered = {{2, 2}, {0, 1}, {1, 0}, {0, 2}, {1, 1}};
  for (Index c_in : {1, 2})
    for (Index c_out : {20, 65})
      for (Index w : {7, 28}) {
        check_against_ref({.n = 3, .c_in = c_in, .h = 9, .w = w, .c_out = c_out, .kh = 3, .kw = 3, .pad_h = 1,
                           .pad_w = 1, .taps = scattered});
        check_against_ref({.n = 3, .c_in = c_in, .h = 9, .w = w, .c_out = c_out, .kh = 3, .kw = 3, .stride_h = 2});
      }
}

TEST_CASE("conv2d: a result larger than any cache") {
  const ConvOperands operands(
      {.n = 9, .c_in = 2, .h = 61, .w = 67, .c_out = 64, .kh = 3, .kw = 3, .pad_h = 1, .pad_w = 1});
  CHECK(distance(operands.fast().y, operands.ref().y) < 1e-5);
}

TEST_CASE("conv2d: a result larger than any cache, straight from the tiles") {
  const std::vector<Tap> taps = causal_taps(7, false);
  for (const ConvGeometry& g :
       {ConvGeometry{.n = 48, .c_in = 1, .h = 28, .w = 28, .c_out = 64, .kh = 7, .kw = 7, .pad_h = 3, .pad_w = 3,
                     .taps = taps},
        ConvGeometry{.n = 48, .c_in = 64, .h = 28, .w = 28, .c_out = 64, .kh = 3, .kw = 3, .pad_h = 1, .pad_w = 1}}) {
    const ConvOperands operands(g);
    const Results ref = operands.ref(true);
    Tensor y = Tensor::full({g.n, g.c_out, g.h, g.w}, 7), dx = Tensor::full({g.n, g.c_in, g.h, g.w}, 7);
    REQUIRE(std::min(y.numel(), g.c_in > 1 ? dx.numel() : y.numel()) > kCacheSize);
    // Only such memory is written past the cache without a buffer: vectors are no longer than this.
    for (const Tensor* t : {&y, &dx}) REQUIRE(reinterpret_cast<std::uintptr_t>(t->data()) % 64 == 0);
    for (int threads : {1, 2, 3, 8}) {
      set_num_threads(threads);
      y.fill(7), dx.fill(7);
      conv2d_forward(g, operands.x.data(), operands.weight.data(), operands.bias.data(), true, y.data());
      conv2d_backward_input(g, operands.dy.data(), operands.weight.data(), dx.data());
      CHECK(distance(std::vector<Real>(y.data(), y.data() + y.numel()), ref.y) < 1e-4);
      CHECK(distance(std::vector<Real>(dx.data(), dx.data() + dx.numel()), ref.dx) < 1e-4);
    }
    set_num_threads(0);
  }
}

TEST_CASE("conv2d: pointwise") {
  for (Index size : {1, 5, 28})
    check_against_ref({.n = 5, .c_in = 24, .h = size, .w = size, .c_out = 32, .kh = 1, .kw = 1});
}

TEST_CASE("conv2d: input pixels that no output sees get zero") {
  check_against_ref({.n = 2, .c_in = 2, .h = 9, .w = 9, .c_out = 3, .kh = 1, .kw = 1, .stride_h = 4, .stride_w = 4});
  check_against_ref({.n = 2, .c_in = 2, .h = 10, .w = 9, .c_out = 3, .kh = 3, .kw = 2, .stride_h = 4, .stride_w = 5});
}

TEST_CASE("conv2d: no images") {
  const ConvOperands none(ConvGeometry{.n = 0, .c_in = 2, .h = 4, .w = 4, .c_out = 3, .kh = 3, .kw = 3});
  for (Real v : none.fast().dweight) CHECK(v == 0);
  for (Real v : none.fast().dbias) CHECK(v == 0);
}

TEST_CASE("conv2d: taps left out are skipped, and the gradient of their weights is exactly 0") {
  for (int k : {1, 3, 7})
    for (bool with_centre : {false, true}) {
      const std::vector<Tap> taps = causal_taps(k, with_centre);
      if (taps.empty()) continue;
      for (Index stride : {1, 2}) {
        const ConvGeometry g{.n = 3, .c_in = 5, .h = 12, .w = 28, .c_out = 20, .kh = k, .kw = k, .stride_h = stride,
                             .stride_w = stride, .pad_h = k / 2, .pad_w = k / 2, .taps = taps};
        check_against_ref(g);
        // NaN in a weight that is left out must not be touched.
        ConvOperands operands(g);
        const Results before = operands.fast();
        const auto kept = [&](Index i) {
          const Tap t{int(i / k % k), int(i % k)};
          return std::find(taps.begin(), taps.end(), t) != taps.end();
        };
        for (size_t i = 0; i < operands.weight.size(); ++i)
          if (!kept(Index(i))) {
            operands.weight[i] = std::nan("");
            CHECK(before.dweight[i] == 0);
          }
        const Results after = operands.fast();
        CHECK(after.y == before.y);
        CHECK(after.dx == before.dx);
      }
    }
}

TEST_CASE("conv2d: relu") {
  for (Index k : {1, 3}) {
    const ConvOperands operands(ConvGeometry{.n = 2, .c_in = 4, .h = 6, .w = 20, .c_out = 9, .kh = k, .kw = k});
    const std::vector<Real> y = operands.fast(true).y;
    CHECK(distance(y, operands.ref(true).y) < 1e-5);
    CHECK(*std::min_element(y.begin(), y.end()) == 0);
    ConvOperands broken = operands;
    broken.weight[0] = std::numeric_limits<Real>::quiet_NaN();  // a map of its products must not pass for black
    for (const Real v : {broken.fast(true).y[30], broken.ref(true).y[30]}) CHECK(std::isnan(v));
  }
}

TEST_CASE("conv_transpose2d: backward_input plus a bias") {
  for (Index stride : {1, 2}) {
    const ConvGeometry g{.n = 2, .c_in = 3, .h = 10, .w = 12, .c_out = 5, .kh = 3, .kw = 4, .stride_h = stride,
                         .stride_w = stride, .pad_h = 1};
    const ConvOperands operands(g);
    std::vector<Real> expected = operands.ref().dx, bias = numbers(g.c_in, 9), output(expected.size());
    for (size_t i = 0; i < expected.size(); ++i) expected[i] += bias[i / size_t(g.h * g.w) % size_t(g.c_in)];
    conv_transpose2d_forward(g, operands.dy.data(), operands.weight.data(), bias.data(), output.data());
    CHECK(distance(output, expected) < 2e-5);
  }
}

TEST_CASE("conv2d: same bits for 1, 2, 3 and 8 threads") {
  const std::vector<Tap> taps = causal_taps(3, true);
  for (const ConvGeometry& g :
       {ConvGeometry{.n = 16, .c_in = 32, .h = 28, .w = 28, .c_out = 32, .kh = 3, .kw = 3, .pad_h = 1, .pad_w = 1,
                     .taps = taps},
        {.n = 16, .c_in = 64, .h = 28, .w = 28, .c_out = 32, .kh = 1, .kw = 1},
        {.n = 1, .c_in = 40, .h = 30, .w = 30, .c_out = 50, .kh = 3, .kw = 3, .stride_h = 2},
        {.n = 19, .c_in = 1, .h = 28, .w = 28, .c_out = 64, .kh = 7, .kw = 7, .pad_h = 3, .pad_w = 3}}) {
    const ConvOperands operands(g);
    const Results one = (set_num_threads(1), operands.fast());
    for (int threads : {2, 3, 8}) {
      set_num_threads(threads);
      const Results many = operands.fast();
      CHECK(many.y == one.y);
      CHECK(many.dx == one.dx);
      CHECK(many.dweight == one.dweight);
      CHECK(many.dbias == one.dbias);
    }
    set_num_threads(0);
  }
}
