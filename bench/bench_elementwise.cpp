// Functions and reductions on tensors against the plain loops that anyone would write, built with the same
// flags. Rates count each number read or written once; copy/4M is what the memory gives. Both ways write a new tensor
// each time: one that wrote the same memory again would find it in the cache.
#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <random>
#include <string>

#include "bench/compare.h"
#include "tensor/elementwise.h"
#include "tensor/kernels/reduce.h"
#include "tensor/kernels/softmax.h"
#include "tensor/random.h"

namespace gradfold::bench {
namespace {

constexpr Index kMany = 1 << 22;

double gigabytes(Index numbers) { return 1e-9 * sizeof(Real) * static_cast<double>(numbers); }

// y = f(x) on a tensor, and by one loop on one thread.
template <class Fast, class Plain>
void bench_function(benchmark::State& state, int threads, Fast fast, Plain plain) {
  const Tensor x = Rng(1).normal({kMany});
  Tensor ours, y;
  const auto loop = [&] {
    y = Tensor(x.shape());
    const Real* from = x.data();
    Real* to = y.data();
    for (Index i = 0; i < kMany; ++i) to[i] = plain(from[i]);
  };
  compare(state, {.unit = "GB/s", .threads = threads,
                  .ways = {{"ours", gigabytes(2 * kMany), [&] { ours = fast(x); }},
                           {"plain loop", gigabytes(2 * kMany), loop}}});
}

void bench_add(benchmark::State& state, int threads) {
  Rng rng(2);
  const Tensor a = rng.normal({kMany}), b = rng.normal({kMany});
  Tensor ours, y;
  const auto loop = [&] {
    y = Tensor(a.shape());
    const Real *p = a.data(), *q = b.data();
    Real* to = y.data();
    for (Index i = 0; i < kMany; ++i) to[i] = p[i] + q[i];
  };
  compare(state, {.unit = "GB/s", .threads = threads,
                  .ways = {{"ours", gigabytes(3 * kMany), [&] { ours = a + b; }},
                           {"plain loop", gigabytes(3 * kMany), loop}}});
}

// A tensor of random numbers, and by the standard library's generator and distribution.
template <class Distribution>
void bench_random(benchmark::State& state, int threads, Tensor (*fast)(Rng&)) {
  Rng rng(8);
  std::mt19937 generator(8);
  Tensor ours, y;
  const auto loop = [&] {
    y = Tensor({kMany});
    Distribution distribution;
    for (Index i = 0; i < kMany; ++i) y.data()[i] = distribution(generator);
  };
  compare(state, {.unit = "M/s", .threads = threads,
                  .ways = {{"ours", 1e-6 * kMany, [&] { ours = fast(rng); }}, {"plain loop", 1e-6 * kMany, loop}}});
}

void bench_copy(benchmark::State& state, int threads) {
  const Tensor x = Rng(3).normal({kMany});
  Tensor ours, y;
  const auto copy = [&] {
    y = Tensor(x.shape());
    std::memcpy(y.data(), x.data(), kMany * sizeof(Real));
  };
  compare(state, {.unit = "GB/s", .threads = threads,
                  .ways = {{"ours", gigabytes(2 * kMany), [&] { ours = x.clone(); }},
                           {"memcpy", gigabytes(2 * kMany), copy}}});
}

const bool functions = [] {
  for (int threads : {1, 2}) {
    const std::string size = "/4M/threads:" + std::to_string(threads);
    const auto add = [&](const char* name, auto fast, auto plain) {
      as_comparison(benchmark::RegisterBenchmark((name + size).c_str(), [=](benchmark::State& state) {
        bench_function(state, threads, fast, plain);
      }));
    };
    as_comparison(benchmark::RegisterBenchmark(("copy" + size).c_str(), bench_copy, threads));
    as_comparison(benchmark::RegisterBenchmark(("add" + size).c_str(), bench_add, threads));
    as_comparison(benchmark::RegisterBenchmark(("uniform" + size).c_str(),
                                               bench_random<std::uniform_real_distribution<Real>>, threads,
                                               [](Rng& rng) { return rng.uniform({kMany}); }));
    as_comparison(benchmark::RegisterBenchmark(("normal" + size).c_str(), bench_random<std::normal_distribution<Real>>,
                                               threads, [](Rng& rng) { return rng.normal({kMany}); }));
    add("relu", [](const Tensor& x) { return relu(x); }, [](Real v) { return v < 0 ? Real(0) : v; });
    add("exp", [](const Tensor& x) { return exp(x); }, [](Real v) { return std::exp(v); });
    add("tanh", [](const Tensor& x) { return tanh(x); }, [](Real v) { return std::tanh(v); });
    add("sigmoid", [](const Tensor& x) { return sigmoid(x); }, [](Real v) { return 1 / (1 + std::exp(-v)); });
  }
  return true;
}();

// An image batch plus one number for each channel: the inner loop repeats an operand.
void bench_channels(benchmark::State& state) {
  constexpr Index kImages = 64, kChannels = 64, kPixels = 28 * 28;
  Rng rng(4);
  const Tensor x = rng.normal({kImages, kChannels, 28, 28}), b = rng.normal({kChannels, 1, 1});
  Tensor ours, y;
  const auto loop = [&] {
    y = Tensor(x.shape());
    for (Index i = 0; i < kImages * kChannels; ++i) {
      const Real *from = x.data() + i * kPixels, shift = b.data()[i % kChannels];
      Real* to = y.data() + i * kPixels;
      for (Index j = 0; j < kPixels; ++j) to[j] = from[j] + shift;
    }
  };
  compare(state, {.unit = "GB/s", .threads = 1,
                  .ways = {{"ours", gigabytes(2 * x.numel()), [&] { ours = x + b; }},
                           {"plain loop", gigabytes(2 * x.numel()), loop}}});
}
BENCHMARK(bench_channels)->Name("add/64x64x28x28+64x1x1")->Apply(as_comparison);

void bench_transpose(benchmark::State& state) {
  constexpr Index kSide = 2048;
  const Tensor x = Rng(5).normal({kSide, kSide});
  Tensor ours, y;
  const auto loop = [&] {
    y = Tensor(x.shape());
    const Real* from = x.data();
    Real* to = y.data();
    for (Index i = 0; i < kSide; ++i) {
      for (Index j = 0; j < kSide; ++j) to[i * kSide + j] = from[j * kSide + i];
    }
  };
  compare(state, {.unit = "GB/s", .threads = 1,
                  .ways = {{"ours", gigabytes(2 * x.numel()), [&] { ours = x.transpose(0, 1).contiguous(); }},
                           {"plain loop", gigabytes(2 * x.numel()), loop}}});
}
BENCHMARK(bench_transpose)->Name("transpose/2048x2048")->Apply(as_comparison);

// A kernel over the middle of [outer, count, inner] against its plain twin.
using Kernel = void (*)(const Real* x, Index outer, Index count, Index inner, Real* out);

void bench_middle(benchmark::State& state, Kernel fast, Kernel plain, const Shape& shape, int passes) {
  const Tensor x = Rng(6).normal(shape);
  Tensor y(shape);
  const double work = gigabytes(passes * x.numel());
  const auto run = [&](Kernel kernel) { kernel(x.data(), shape[0], shape[1], shape[2], y.data()); };
  compare(state, {.unit = "GB/s", .threads = 1,
                  .ways = {{"ours", work, [&] { run(fast); }}, {"plain loop", work, [&] { run(plain); }}}});
}

const bool kernels = [] {
  const auto add = [](const char* name, Kernel fast, Kernel plain, const Shape& shape, int passes) {
    const std::string full = fmt::format("{}/{}", name, fmt::join(shape.begin(), shape.end(), "x"));
    as_comparison(benchmark::RegisterBenchmark(full.c_str(), bench_middle, fast, plain, shape, passes));
  };
  for (const Shape& shape : {Shape{100352, 64, 1}, Shape{1, 100352, 64}, Shape{4096, 784, 1}}) {
    add("sum", reduce_sum, reduce_sum_ref, shape, 1);
    add("max", reduce_max, reduce_max_ref, shape, 1);
  }
  for (const Shape& shape : {Shape{12544, 10, 1}, Shape{12544, 256, 1}, Shape{16, 256, 784}}) {
    add("softmax", softmax_middle, softmax_middle_ref, shape, 2);
    add("log_softmax", log_softmax_middle, log_softmax_middle_ref, shape, 2);
  }
  return true;
}();

// What one operation on 16 numbers costs, by Google Benchmark's own clock.
void bench_small(benchmark::State& state, Tensor (*f)(const Tensor&)) {
  const Tensor x = Rng(7).normal({16});
  for (auto _ : state) benchmark::DoNotOptimize(f(x));
}
BENCHMARK_CAPTURE(bench_small, new, [](const Tensor& x) { return Tensor(x.shape()); })->Name("new/16");
BENCHMARK_CAPTURE(bench_small, add, [](const Tensor& x) { return x + x; })->Name("add/16");
BENCHMARK_CAPTURE(bench_small, tanh, [](const Tensor& x) { return tanh(x); })->Name("tanh/16");

}  // namespace
}  // namespace gradfold::bench
