// Layers, losses and the training step of an MLP as a user writes them, forward and backward. What they are
// compared with is other frameworks: ./gf bench linear mlp --vs.
#include "autograd/ops.h"
#include "bench/compare.h"
#include "nn/activations.h"
#include "nn/layer_norm.h"
#include "nn/linear.h"
#include "nn/losses.h"
#include "nn/optim/adam.h"
#include "nn/sequential.h"
#include "tensor/random.h"

namespace gradfold::bench {
namespace {

Indices counting(Index n, Index classes) {
  Indices out(Shape{n});
  for (Index i = 0; i < n; ++i) out[i] = static_cast<std::int32_t>(i % classes);
  return out;
}

void bench_layer(benchmark::State& state, int threads, Module& layer, const Shape& input,
                 const Shape& output) {
  Rng rng(1);
  layer.reset_parameters(rng);
  Var x(rng.normal(input), true);
  const Tensor dy = rng.normal(output);
  const auto run = [&] {
    layer.zero_grad();
    x.zero_grad();
    layer(x).backward(dy);
  };
  compare(state, {.unit = "samples/s", .threads = threads, .ways = {{"ours", double(input[0]), run}}});
}

// 64 images, 64 maps to 64, 3x3, with bias and relu; forward alone keeps no graph.
void bench_conv2d(benchmark::State& state, int threads, bool with_backward) {
  Rng rng(4);
  Var x(rng.normal({64, 64, 28, 28}), with_backward), weight(rng.normal({64, 64, 3, 3}), with_backward),
      bias(rng.normal({64}), with_backward);
  const Tensor dy = rng.normal({64, 64, 28, 28});
  const auto run = [&] {
    for (Var* v : {&x, &weight, &bias}) v->zero_grad();
    const Var y = conv2d(x, weight, bias, {.padding = 1, .relu = true});
    if (with_backward) y.backward(dy);
  };
  compare(state, {.unit = "samples/s", .threads = threads, .ways = {{"ours", 64, run}}});
}

void bench_linear(benchmark::State& state, int threads) {
  Linear layer(784, 400);
  bench_layer(state, threads, layer, {128, 784}, {128, 400});
}

void bench_layer_norm(benchmark::State& state, int threads) {
  LayerNorm layer(256);
  bench_layer(state, threads, layer, {4096, 256}, {4096, 256});
}

void bench_cross_entropy(benchmark::State& state, int threads) {
  Var logits(Rng(2).normal({12544, 256}), true);
  const Indices labels = counting(12544, 256);
  const auto run = [&] {
    logits.zero_grad();
    cross_entropy(logits, labels, Reduction::kMean).backward();
  };
  compare(state, {.unit = "samples/s", .threads = threads, .ways = {{"ours", 12544, run}}});
}

void bench_mlp_step(benchmark::State& state, int threads) {
  Rng rng(3);
  Sequential model;
  model.add<Linear>(784, 400).add<ReLU>().add<Linear>(400, 10);
  model.reset_parameters(rng);
  Adam optimizer(model.parameters(), {.lr = 1e-3});
  const Tensor x = rng.normal({128, 784});
  const Indices labels = counting(128, 10);
  const auto run = [&] {
    const Var loss = cross_entropy(model(x), labels, Reduction::kMean);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
  };
  compare(state, {.unit = "samples/s", .threads = threads, .ways = {{"ours", 128, run}}});
}

const bool layers = [] {
  for (int threads : {1, 2}) {
    const auto add = [&](const std::string& name, auto bench, auto... more) {
      const std::string full = name + "/threads:" + std::to_string(threads);
      as_comparison(benchmark::RegisterBenchmark(full.c_str(), bench, threads, more...));
    };
    add("conv2d_relu/forward/64x64x28x28", bench_conv2d, false);
    add("conv2d_relu/forward+backward/64x64x28x28", bench_conv2d, true);
    add("linear/forward+backward/128x784x400", bench_linear);
    add("layer_norm/forward+backward/4096x256", bench_layer_norm);
    add("cross_entropy/forward+backward/12544x256", bench_cross_entropy);
    add("mlp/step/128", bench_mlp_step);
  }
  return true;
}();

}  // namespace
}  // namespace gradfold::bench
