// What the graph costs: one op on 16 elements, recorded and walked, where arithmetic is next to nothing. The
// aim is 1 microsecond: rate in ops per microsecond, goal 1.
#include "autograd/ops.h"
#include "bench/compare.h"

namespace gradfold::bench {
namespace {

using Op = Var (*)(const Var& x, const Var& w);
constexpr int kOps = 100;

// The turn of the middle counts, as for the peer of --vs.
void report(benchmark::State& state, const std::function<void()>& run) {
  compare(state, {.unit = "ops/us", .ways = {{"ours", 1e-6 * kOps, run}}});
  state.counters["ratio"] = state.counters["ours"];
  state.counters["goal"] = 1;
}

// One graph of 100 ops, each on the result of the one before.
void bench_chain(benchmark::State& state, Op op) {
  const Var x(Tensor::ones({16}), true), w(Tensor::ones({16}), true);
  const Tensor cotangent = Tensor::ones({16});
  report(state, [&] {
    Var y = x;
    for (int i = 0; i < kOps; ++i) y = op(y, w);
    y.backward(cotangent);
  });
}

// 100 graphs of one op: the walk's own start and end as well.
void bench_single(benchmark::State& state, Op op) {
  const Var x(Tensor::ones({16}), true), w(Tensor::ones({16}), true);
  const Tensor cotangent = Tensor::ones({16});
  report(state, [&] {
    for (int i = 0; i < kOps; ++i) op(x, w).backward(cotangent);
  });
}

const Op kAdd = [](const Var& x, const Var& w) { return x + w; };
const Op kMultiply = [](const Var& x, const Var& w) { return x * w; };
const Op kRelu = [](const Var& x, const Var&) { return relu(x); };
const Op kTanh = [](const Var& x, const Var&) { return tanh(x); };

BENCHMARK_CAPTURE(bench_chain, add, kAdd)->Name("graph_op/chain/add")->Apply(as_comparison);
BENCHMARK_CAPTURE(bench_chain, multiply, kMultiply)->Name("graph_op/chain/multiply")->Apply(as_comparison);
BENCHMARK_CAPTURE(bench_chain, relu, kRelu)->Name("graph_op/chain/relu")->Apply(as_comparison);
BENCHMARK_CAPTURE(bench_chain, tanh, kTanh)->Name("graph_op/chain/tanh")->Apply(as_comparison);
BENCHMARK_CAPTURE(bench_single, add, kAdd)->Name("graph_op/single/add")->Apply(as_comparison);
BENCHMARK_CAPTURE(bench_single, multiply, kMultiply)->Name("graph_op/single/multiply")->Apply(as_comparison);

}  // namespace
}  // namespace gradfold::bench
