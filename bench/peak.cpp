#include "bench/peak.h"

#include "tensor/parallel.h"

namespace gradfold::bench {
namespace {

#if defined(__AVX512F__)
constexpr int kBytes = 64;
#elif defined(__AVX__)
constexpr int kBytes = 32;
#else
constexpr int kBytes = 16;
#endif
typedef Real Vector __attribute__((vector_size(kBytes)));
constexpr int kLanes = kBytes / sizeof(Real);
constexpr int kChains = kBytes == 64 ? 24 : 12;  // more than latency times ports, fewer than the registers
constexpr Index kSteps = 20000;

volatile Real sink;

void chains() {
  const Real seed = sink;
  const Vector b = Vector{} + (seed + 1), a = -b;  // every sum goes s, 1 - s, s, ...: never denormal
  Vector sum[kChains];
#pragma GCC unroll 24
  for (int c = 0; c < kChains; ++c) sum[c] = b + Real(c);  // all different, or they would be one
  for (Index step = 0; step < kSteps; ++step)
#pragma GCC unroll 24
    for (int c = 0; c < kChains; ++c) sum[c] = sum[c] * a + b;
  Vector total = b;
#pragma GCC unroll 24
  for (int c = 0; c < kChains; ++c) total += sum[c];
  sink = total[0] * 0;
}

}  // namespace

double fma_work(int threads) { return 2e-9 * kLanes * kChains * kSteps * threads; }

void run_fma() {
  parallel_for(num_threads(), 1, [](Index, Index) { chains(); });
}

}  // namespace gradfold::bench
