#include <string>
#include <vector>

#include "bench/compare.h"
#include "bench/peers.h"
#include "tensor/kernels/gemm.h"

// gemm against OpenBLAS and oneDNN: squares, and the shapes of convolutions, linear layers and LSTMs.
namespace gradfold::bench {
namespace {

std::vector<Real> numbers(Index n) {
  std::vector<Real> v(static_cast<size_t>(n));
  for (size_t i = 0; i < v.size(); ++i) v[i] = Real(i % 17) / 16 - Real(0.5);
  return v;
}

void bench_gemm(benchmark::State& state, int threads) {
  const Index m = state.range(0), n = state.range(1), k = state.range(2);
  std::vector<Real> a = numbers(m * k), b = numbers(k * n), c(static_cast<size_t>(m * n));
  const GemmArgs args{.m = m, .n = n, .k = k, .a = a.data(), .lda = k, .b = b.data(), .ldb = n, .c = c.data(), .ldc = n};
  const double work = 2e-9 * double(m) * double(n) * double(k);
  Comparison comparison{.goal = 1, .of_peak = true, .threads = threads, .ways = {{"ours", work, [&] { gemm(args); }}}};
  for (const GemmPeer& peer : gemm_peers()) {
    peer.set_threads(threads);
    comparison.ways.push_back({peer.name, work, [&] { peer.gemm(args); }});
  }
  compare(state, comparison);
}

void shapes(benchmark::internal::Benchmark* b) {
  for (Index size : {64, 128, 256, 512, 1024, 2048}) b->Args({size, size, size});
  b->Args({100352, 32, 64})->Args({100352, 64, 32})->Args({100352, 32, 288})->Args({128, 400, 784})->Args({448, 128, 32});
  as_comparison(b);
}

BENCHMARK_CAPTURE(bench_gemm, 1, 1)->Name("gemm/threads:1")->Apply(shapes);
BENCHMARK_CAPTURE(bench_gemm, 2, 2)->Name("gemm/threads:2")->Apply(shapes);

}  // namespace
}  // namespace gradfold::bench
