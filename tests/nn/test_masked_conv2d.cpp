// The masks against the paper's, causality by dependency map, skipped taps against multiplied masks, and
// the same bits on any number of threads.
#include "autograd/dependency_map.h"
#include "autograd/ops.h"
#include "nn/activations.h"
#include "nn/masked_conv2d.h"
#include "nn/sequential.h"
#include "tensor/conv.h"
#include "tensor/elementwise.h"
#include "tensor/parallel.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

namespace {

constexpr MaskType kA = MaskType::kA, kB = MaskType::kB;

double count(const Tensor& mask) {
  double ones = 0;
  for (Real v : mask.to_vector()) ones += v;
  return ones;
}

// Rows: the groups of the output; columns: those of the input.
std::vector<Real> centre(MaskType type, Index groups) {
  return causal_mask(type, groups, groups, 3, groups).select(3, 1).select(2, 1).contiguous().to_vector();
}

DependencyMap map_of(Module& module, Index channels, int groups) {
  Rng rng(11);
  return dependency_map([&](const Var& x) { return module(x); }, {1, channels, 6, 5}, rng, {.groups = groups});
}

std::unique_ptr<Sequential> two_layers(MaskType first, Index channels, Index groups) {
  auto net = std::make_unique<Sequential>();
  const MaskedConvOptions options{.groups = groups};
  net->add<MaskedConv2d>(first, channels, 6, 3, options).add<ELU>().add<MaskedConv2d>(kB, 6, channels, 3, options);
  Rng rng(4);
  net->reset_parameters(rng);
  return net;
}

}  // namespace

TEST_CASE("masks of one channel are the paper's") {
  CHECK(causal_mask(kA, 1, 1, 3).to_vector() == std::vector<Real>{1, 1, 1, 1, 0, 0, 0, 0, 0});
  CHECK(causal_mask(kB, 1, 1, 3).to_vector() == std::vector<Real>{1, 1, 1, 1, 1, 0, 0, 0, 0});
  CHECK(causal_mask(kB, 1, 1, {1, 3}).to_vector() == std::vector<Real>{1, 1, 0});
  for (Index k : {1, 3, 5, 7}) {
    CHECK(count(causal_mask(kA, 1, 1, k)) == (k * k - 1) / 2);
    CHECK(count(causal_mask(kB, 1, 1, k)) == (k * k + 1) / 2);
  }
}

TEST_CASE("the centre of RGB masks: rows are outputs R, G, B, columns inputs") {
  CHECK(centre(kA, 3) == std::vector<Real>{0, 0, 0, 1, 0, 0, 1, 1, 0});
  CHECK(centre(kB, 3) == std::vector<Real>{1, 0, 0, 1, 1, 0, 1, 1, 1});
  // Six maps in three groups of two: output 2 (of G) sees inputs 0 and 1 (of R), and with B its own 2 and 3.
  const Tensor wide = causal_mask(kB, 6, 6, 1, 3);
  CHECK(wide.select(0, 2).contiguous().to_vector() == std::vector<Real>{1, 1, 1, 1, 0, 0});
}

TEST_CASE("kernels and groups that have no such mask are refused") {
  CHECK(message_of([] { MaskedConv2d(kA, 1, 8, 4); }) ==
        "MaskedConv2d: the kernel is 4 x 4 but both sides must be odd, so that it has a centre");
  CHECK(message_of([] { MaskedConv2d(kA, 3, 16, 3, {.groups = 3}); }) ==
        "MaskedConv2d: 3 -> 16 channels cannot be split into 3 equal groups\n  hint: for RGB use multiples of 3");
  CHECK(message_of([] { MaskedConv2d(kA, 4, 4, 1); }) ==
        "MaskedConv2d: a 1 x 1 kernel under mask A sees nothing\n  hint: use a larger kernel, or mask B");
}

TEST_CASE("the taps are those of the mask") {
  CHECK(MaskedConv2d(kA, 2, 4, 3).taps == std::vector<Tap>{{0, 0}, {0, 1}, {0, 2}, {1, 0}});
  CHECK(MaskedConv2d(kB, 2, 4, {1, 3}).taps == std::vector<Tap>{{0, 0}, {0, 1}});
  CHECK(MaskedConv2d(kA, 3, 3, 1, {.groups = 3}).taps == std::vector<Tap>{{0, 0}});  // G sees R
}

TEST_CASE("no leak: type A sees what is before the pixel, type B the pixel itself as well") {
  Rng rng(3);
  for (Index groups : {1, 3}) {
    const int g = static_cast<int>(groups);
    MaskedConv2d a(kA, 3, 3, 3, {.groups = groups}), b(kB, 3, 3, 3, {.groups = groups});
    a.reset_parameters(rng), b.reset_parameters(rng);
    CHECK(map_of(a, 3, g).leaks() == 0);
    CHECK(map_of(b, 3, g).leaks(/*allow_same=*/true) == 0);
    CHECK(map_of(b, 3, g).leaks() == 6 * 5 * groups);  // every output reaches its own pixel and group
    CHECK(map_of(*two_layers(kA, 3, groups), 3, g).leaks() == 0);
  }
}

TEST_CASE("type B in the first layer is caught") {
  const DependencyMap seen = map_of(*two_layers(kB, 1, 1), 1, 1);
  CHECK(seen.leaks() == 30);
  CHECK(seen.first_leak() == "output (0, 0) depends on input (0, 0)");
}

TEST_CASE("G of a pixel sees R of it and not B") {
  const DependencyMap seen = map_of(*two_layers(kA, 3, 3), 3, 3);
  const auto own = [&](int out, int in) { return seen.reach(2, 2, out, in).at({2, 2}); };
  CHECK(own(1, 0) > 0);
  CHECK(own(2, 0) > 0);
  CHECK(own(2, 1) > 0);
  CHECK(own(0, 0) == 0);
  CHECK(own(1, 1) == 0);
  CHECK(own(1, 2) == 0);
}

TEST_CASE("skipping taps computes what multiplying by the mask computes, forward and backward") {
  Rng rng(8);
  for (MaskType type : {kA, kB}) {
    for (Index groups : {1, 3}) {
      MaskedConv2d layer(type, 6, 9, 5, {.groups = groups});
      layer.reset_parameters(rng);
      const Var x(rng.normal({2, 6, 7, 6}), /*requires_grad=*/true), x2(x.value(), true);
      const Var weight(layer.weight.value(), /*requires_grad=*/true), bias(layer.bias.value(), true);
      const Tensor dy = rng.normal({2, 9, 7, 6});
      const Var skipped = layer(x), multiplied = conv2d(x2, weight * Var(layer.mask), bias, {.padding = 2});
      skipped.backward(dy), multiplied.backward(dy);
      CHECK(allclose(skipped.value(), multiplied.value(), 1e-5, 1e-5));
      CHECK(allclose(x.grad(), x2.grad(), 1e-5, 1e-5));
      CHECK(allclose(layer.weight.grad(), weight.grad(), 1e-5, 1e-4));
      CHECK(allclose(layer.bias.grad(), bias.grad(), 1e-5, 1e-4));
      CHECK(identical(layer.weight.grad() * (1 - layer.mask) + Real{0}, Tensor::zeros(layer.mask.shape())));
    }
  }
}

TEST_CASE("what the mask drops is zero in the state, when drawn and when loaded") {
  MaskedConv2d layer(kA, 3, 6, 3, {.groups = 3});
  const auto dropped = [&] { return count(abs(layer.weight.value() * (1 - layer.mask))); };
  Rng rng(1);
  layer.reset_parameters(rng);
  CHECK(dropped() == 0);
  CHECK(count(abs(layer.weight.value())) > 0);
  layer.load({{"weight", Tensor::ones({6, 3, 3, 3})}, {"bias", Tensor::zeros({6})}});
  CHECK(dropped() == 0);
  CHECK(count(layer.weight.value()) == count(layer.mask));
}

TEST_CASE("a masked convolution gives the same bits on 1, 2, 3 and 8 threads, forward and backward") {
  Rng rng(12);
  MaskedConv2d layer(kB, 16, 24, 3);
  layer.reset_parameters(rng);
  const Tensor image = rng.normal({6, 16, 28, 28}), dy = rng.normal({6, 24, 28, 28});
  const auto run = [&](int threads) {
    set_num_threads(threads);
    layer.zero_grad();
    const Var x(image, /*requires_grad=*/true);
    const Var y = layer(x);
    y.backward(dy);
    set_num_threads(0);
    return std::vector<Tensor>{y.value(), x.grad(), layer.weight.grad(), layer.bias.grad()};
  };
  const std::vector<Tensor> one = run(1);
  for (int threads : {2, 3, 8}) {
    const std::vector<Tensor> other = run(threads);
    for (std::size_t i = 0; i < one.size(); ++i) CHECK(identical(one[i], other[i]));
  }
}
