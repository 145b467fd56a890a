// Layer and batch norm, forward and backward, against the same written out in ops: a rate in million numbers.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "bench/compare.h"
#include "nn/batch_norm.h"
#include "nn/layer_norm.h"

namespace gradfold::bench {
namespace {

template <class Norm>
void bench_norm(benchmark::State& state, const Shape& shape, Index features) {
  Norm norm(features);
  Rng rng(1);
  const Var x(rng.normal(shape), /*requires_grad=*/true);
  const Tensor dy = rng.normal(shape);
  const double work = 1e-6 * static_cast<double>(x.numel());
  compare(state, {.unit = "M/s", .threads = 1,
                  .ways = {{"ours", work, [&] { norm(x).backward(dy); }},
                           {"composed", work, [&] { norm.composed(x).backward(dy); }}}});
}

template <class Norm>
void add(const char* name, const Shape& shape, Index features) {
  const std::string full = fmt::format("{}/{}", name, fmt::join(shape.begin(), shape.end(), "x"));
  as_comparison(benchmark::RegisterBenchmark(full.c_str(), bench_norm<Norm>, shape, features));
}

const bool norms = [] {
  add<LayerNorm>("layer_norm", {1024, 256}, 256);
  add<LayerNorm>("layer_norm", {25600, 64}, 64);
  add<BatchNorm2d>("batch_norm", {64, 32, 28, 28}, 32);
  add<BatchNorm1d>("batch_norm", {1024, 64}, 64);
  return true;
}();

}  // namespace
}  // namespace gradfold::bench
