#include <benchmark/benchmark.h>

#include "bench/compare.h"

// All cases of bench/*.cpp under Google Benchmark (its --benchmark_filter, --benchmark_out=FILE), then the
// table of the comparisons.
int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  gradfold::bench::TableReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  benchmark::Shutdown();
  reporter.print_table();
}
