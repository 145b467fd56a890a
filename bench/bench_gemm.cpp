#include "bench/compare.h"
#include "bench/peers.h"
#include "tensor/kernels/gemm.h"
#include "tensor/tensor.h"

// gemm against OpenBLAS and oneDNN: squares, and the shapes of convolutions, linear layers and LSTMs.
namespace gradfold::bench {
namespace {

// A matrix in memory as every tensor has it (whole cache lines, large pages), for us and for the peers.
Tensor numbers(Index rows, Index cols) {
  Tensor t({rows, cols});
  Real* v = t.data();
  for (Index i = 0; i < t.numel(); ++i) v[i] = Real(i % 17) / 16 - Real(0.5);
  return t;
}

void bench_gemm(benchmark::State& state, int threads) {
  const Index m = state.range(0), n = state.range(1), k = state.range(2);
  Tensor a = numbers(m, k), b = numbers(k, n), c = numbers(m, n);
  const GemmArgs args{.m = m, .n = n, .k = k, .a = a.data(), .lda = k, .b = b.data(), .ldb = n,
                      .c = c.data(), .ldc = n};
  const double work = 2e-9 * double(m) * double(n) * double(k);
  Comparison comparison{.goal = 1, .of_peak = true, .threads = threads, .others_threads = true,
                        .ways = {{"ours", work, [&] { gemm(args); }}}};
  for (const GemmPeer& peer : gemm_peers()) {
    peer.set_threads(threads);
    comparison.ways.push_back({peer.name, work, [&] { peer.gemm(args); }});
  }
  compare(state, comparison);
}

void shapes(benchmark::internal::Benchmark* b) {
  for (Index size : {64, 128, 256, 512, 1024, 2048}) b->Args({size, size, size});
  b->Args({100352, 32, 64})->Args({100352, 64, 32})->Args({100352, 32, 288});
  b->Args({128, 400, 784})->Args({448, 128, 32});
  as_comparison(b);
}

BENCHMARK_CAPTURE(bench_gemm, 1, 1)->Name("gemm/threads:1")->Apply(shapes);
BENCHMARK_CAPTURE(bench_gemm, 2, 2)->Name("gemm/threads:2")->Apply(shapes);

}  // namespace
}  // namespace gradfold::bench
