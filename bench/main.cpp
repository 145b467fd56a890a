#include <benchmark/benchmark.h>

#include "bench/environment.h"

// All cases of bench/*.cpp under Google Benchmark, with its options (--benchmark_filter, --benchmark_out=FILE).
// ./gf bench runs it some times over and prints one table (tools/bench.cpp).
int main(int argc, char** argv) {
  gradfold::bench::clear_environment();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
