#include <vector>

#include "bench/compare.h"
#include "tensor/kernels/conv2d.h"
#include "tensor/kernels/gemm.h"
#include "tensor/tensor.h"

// The convolution kernels against gemm's own rate, and masked ones against the same with all taps. Convolution as a
// user writes it, which other frameworks are compared with, is in bench_layers.cpp.
namespace gradfold::bench {
namespace {

// A convolution that keeps the size of 28 x 28 images, with memory for all operands.
struct Convolution {
  ConvGeometry g;
  std::vector<Tap> taps;
  Tensor x, y, weight, bias, dx, dy, dweight, dbias;

  Convolution(Index n, Index c_in, Index c_out, Index k, Index kept) {
    for (Index t = 0; t < kept; ++t) taps.push_back({int(t / k), int(t % k)});
    g = {.n = n, .c_in = c_in, .h = 28, .w = 28, .c_out = c_out, .kh = k, .kw = k, .pad_h = k / 2, .pad_w = k / 2,
         .taps = taps};
    for (Tensor* t : {&x, &dx}) *t = Tensor::full({n, c_in, 28, 28}, 0.25);
    for (Tensor* t : {&y, &dy}) *t = Tensor::full({n, c_out, 28, 28}, 0.25);
    for (Tensor* t : {&weight, &dweight}) *t = Tensor::full({c_out, c_in, k, k}, 0.25);
    for (Tensor* t : {&bias, &dbias}) *t = Tensor::full({c_out}, 0.25);
  }
  double forward_work() const { return 2e-9 * double(g.n * g.c_out * 784 * g.c_in) * double(taps.size()); }
  void forward() { conv2d_forward(g, x.data(), weight.data(), bias.data(), true, y.data()); }
  void backward() {
    if (g.c_in > 1) conv2d_backward_input(g, dy.data(), weight.data(), dx.data());
    conv2d_backward_weight(g, x.data(), dy.data(), dweight.data(), dbias.data());
  }
};

void bench_rate(benchmark::State& state, bool with_backward) {
  Convolution conv(state.range(0), state.range(1), state.range(2), state.range(3), state.range(4));
  const Tensor a = Tensor::full({512, 512}, 0.5), b = a.clone();
  Tensor c = a.clone();
  const GemmArgs gemm_512{.m = 512, .n = 512, .k = 512, .a = a.data(), .lda = 512, .b = b.data(), .ldb = 512,
                          .c = c.data(), .ldc = 512};
  const double passes = !with_backward ? 1 : conv.g.c_in > 1 ? 3 : 2;
  const auto run = [&] {
    conv.forward();
    if (with_backward) conv.backward();
  };
  compare(state, {.goal = 0.7, .of_peak = true,
                  .ways = {{"ours", passes * conv.forward_work(), run},
                           {"gemm 512", 2e-9 * 512 * 512 * 512, [&] { gemm(gemm_512); }}}});
}

// Work is that of all taps on both sides: the ratio is that of the times.
void bench_masked(benchmark::State& state, bool backward) {
  const Index k = state.range(3), kept = state.range(4);
  Convolution masked(state.range(0), state.range(1), state.range(2), k, kept);
  Convolution plain(state.range(0), state.range(1), state.range(2), k, k * k);
  const auto run = [&](Convolution& c) { return [&] { backward ? c.backward() : c.forward(); }; };
  const double work = plain.forward_work();
  compare(state, {.goal = double(k * k) / double(kept) / 1.2,
                  .ways = {{"ours", work, run(masked)}, {"all taps", work, run(plain)}}});
}

// images, channels in, channels out, kernel, taps kept: the layers of a PixelCNN among them.
void conv_layers(benchmark::internal::Benchmark* b) {
  b->Args({64, 64, 64, 3, 9})->Args({64, 32, 32, 3, 9});
  for (Index n : {16, 64}) {
    b->Args({n, 32, 32, 3, 5})->Args({n, 64, 32, 1, 1})->Args({n, 32, 64, 1, 1})->Args({n, 1, 64, 7, 24});
  }
  as_comparison(b);
}

void masks(benchmark::internal::Benchmark* b) {
  for (Index kept : {4, 5}) b->Args({64, 64, 64, 3, kept})->Args({16, 32, 32, 3, kept});
  for (Index kept : {24, 25}) b->Args({64, 1, 64, 7, kept})->Args({16, 32, 32, 7, kept});
  as_comparison(b);
}

BENCHMARK_CAPTURE(bench_rate, forward, false)->Name("conv2d/forward")->Apply(conv_layers);
BENCHMARK_CAPTURE(bench_rate, both, true)->Name("conv2d/forward+backward")->Apply(conv_layers);
BENCHMARK_CAPTURE(bench_masked, forward, false)->Name("masked/forward")->Apply(masks);
BENCHMARK_CAPTURE(bench_masked, backward, true)->Name("masked/backward")->Apply(masks);

}  // namespace
}  // namespace gradfold::bench
