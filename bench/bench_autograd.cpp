// What the graph costs: one op on 16 elements, recorded and walked, where arithmetic is next to nothing. The
// aim is 1 microsecond: rate in ops per microsecond, goal 1.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <limits>

#include "autograd/ops.h"

namespace gradfold::bench {
namespace {

using Op = Var (*)(const Var& x, const Var& w);
constexpr int kOps = 100;

// The least disturbed run counts: others may be busy on this machine.
template <class Run>
void report(benchmark::State& state, Run&& run) {
  double best = std::numeric_limits<double>::infinity();
  for (auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    run();
    best = std::min(best, std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count());
  }
  state.counters["ours"] = state.counters["ratio"] = kOps / best;
  state.counters["goal"] = 1;
  state.SetLabel("ops/us");
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

BENCHMARK_CAPTURE(bench_chain, add, kAdd)->Name("graph_op/chain/add");
BENCHMARK_CAPTURE(bench_chain, multiply, kMultiply)->Name("graph_op/chain/multiply");
BENCHMARK_CAPTURE(bench_chain, relu, kRelu)->Name("graph_op/chain/relu");
BENCHMARK_CAPTURE(bench_chain, tanh, kTanh)->Name("graph_op/chain/tanh");
BENCHMARK_CAPTURE(bench_single, add, kAdd)->Name("graph_op/single/add");
BENCHMARK_CAPTURE(bench_single, multiply, kMultiply)->Name("graph_op/single/multiply");

}  // namespace
}  // namespace gradfold::bench
