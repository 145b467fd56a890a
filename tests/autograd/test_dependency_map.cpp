// Which inputs reach an output: known layers give their receptive field exactly, and a leak is caught.
#include "autograd/dependency_map.h"
#include "autograd/ops.h"
#include "tensor/elementwise.h"
#include "tests/doctest.h"

using namespace gradfold;

namespace {

Tensor random_weight(const Shape& shape) {
  Rng rng(5);
  return rng.normal(shape);
}

// The first `count` positions of a 3 x 3 kernel in raster order: 4 is mask A, 5 mask B, 6 sees one pixel too many.
std::vector<Tap> first_taps(int count) {
  std::vector<Tap> taps;
  for (int i = 0; i < count; ++i) taps.push_back({i / 3, i % 3});
  return taps;
}

std::function<Var(const Var&)> masked_conv(int taps, const Tensor& weight) {
  return [=](const Var& x) { return conv2d(x, Var(weight), {}, {.padding = 1, .taps = first_taps(taps)}); };
}

// 1 where the map is not 0.
std::vector<Real> pattern(const Tensor& field) {
  std::vector<Real> out = field.to_vector();
  for (Real& v : out) v = v != 0;
  return out;
}

const Shape kImage{1, 1, 5, 6};

}  // namespace

TEST_CASE("a 3 x 3 convolution sees exactly its neighbourhood") {
  Rng rng(1);
  const DependencyMap map = dependency_map(masked_conv(9, random_weight({2, 1, 3, 3})), kImage, rng);
  const std::vector<Real> middle = {0, 0, 0, 0, 0, 0,  //
                                    0, 0, 1, 1, 1, 0,  //
                                    0, 0, 1, 1, 1, 0,  //
                                    0, 0, 1, 1, 1, 0,  //
                                    0, 0, 0, 0, 0, 0};
  CHECK(pattern(map.reach(2, 3)) == middle);
  CHECK(pattern(map.reach(0, 0)) == std::vector<Real>{1, 1, 0, 0, 0, 0,  //
                                                      1, 1, 0, 0, 0, 0,  //
                                                      0, 0, 0, 0, 0, 0,  //
                                                      0, 0, 0, 0, 0, 0,  //
                                                      0, 0, 0, 0, 0, 0});
  Rng again(1);
  CHECK(pattern(receptive_field(masked_conv(9, random_weight({2, 1, 3, 3})), kImage, 2, 3, again)) == middle);
}

TEST_CASE("magnitudes are those of the weights for one channel and a linear layer") {
  Rng rng(2);
  const Tensor weight = random_weight({1, 1, 3, 3});
  const Tensor seen = dependency_map(masked_conv(9, weight), kImage, rng).reach(2, 3);
  const Real unit = seen.at({2, 3}) / std::abs(weight.at({0, 0, 1, 1}));  // the cotangents' mean size
  CHECK(seen.at({1, 2}) == doctest::Approx(unit * std::abs(weight.at({0, 0, 0, 0}))));
  CHECK(seen.at({3, 4}) == doctest::Approx(unit * std::abs(weight.at({0, 0, 2, 2}))));
}

TEST_CASE("mask A has no leaks, mask B only the pixel itself, one tap more is caught") {
  Rng rng(3);
  const Tensor weight = random_weight({1, 1, 3, 3});
  CHECK(dependency_map(masked_conv(4, weight), kImage, rng).leaks() == 0);
  CHECK(dependency_map(masked_conv(4, weight), kImage, rng).first_leak() == "");

  const DependencyMap b = dependency_map(masked_conv(5, weight), kImage, rng);
  CHECK(b.leaks() == 5 * 6);
  CHECK(b.leaks(/*allow_same=*/true) == 0);
  CHECK(b.first_leak() == "output (0, 0) depends on input (0, 0)");

  const DependencyMap future = dependency_map(masked_conv(6, weight), kImage, rng);
  CHECK(future.leaks(true) == 5 * 5);  // all but the last column
  CHECK(future.first_leak(true) == "output (0, 0) depends on input (0, 1)");
}

TEST_CASE("one leaking weight deep in a net is found, however small") {
  Tensor deep = random_weight({4, 4, 3, 3});
  for (Index o = 0; o < 4; ++o) {
    for (Index i = 0; i < 4; ++i) {
      for (Index tap = 5; tap < 9; ++tap) deep.set({o, i, tap / 3, tap % 3}, 0);
    }
  }
  const Tensor first = random_weight({4, 1, 3, 3});
  const auto net = [&](const Var& x) {
    const Var h = relu(conv2d(x, Var(first), {}, {.padding = 1, .taps = first_taps(4)}));
    return conv2d(h, Var(deep), {}, {.padding = 1});
  };
  Rng rng(4);
  CHECK(dependency_map(net, kImage, rng).leaks() == 0);
  deep.set({2, 3, 2, 1}, Real(1e-6));
  CHECK(dependency_map(net, kImage, rng, {.draws = 4}).leaks() > 0);
}

TEST_CASE("stacked masked convolutions have a blind spot, and a dense causal map none") {
  const Tensor weight = random_weight({1, 1, 3, 3});
  const auto stack = [&](const Var& x) {
    Var y = masked_conv(4, weight)(x);
    for (int i = 0; i < 8; ++i) y = masked_conv(5, weight)(y);
    return y;
  };
  Rng rng(5);
  const DependencyMap map = dependency_map(stack, {1, 1, 6, 6}, rng);
  CHECK(map.leaks() == 0);
  // Each row up reaches one more column to the right: from (4, 1), row 3 is seen up to column 2, row 2 up to 3.
  CHECK(pattern(map.reach(4, 1)) == std::vector<Real>{1, 1, 1, 1, 1, 1,  //
                                                      1, 1, 1, 1, 1, 0,  //
                                                      1, 1, 1, 1, 0, 0,  //
                                                      1, 1, 1, 0, 0, 0,  //
                                                      1, 0, 0, 0, 0, 0,  //
                                                      0, 0, 0, 0, 0, 0});
  CHECK(map.blind() > 0);

  Tensor lower = Tensor::zeros({9, 9});  // output p sees every q < p
  for (Index p = 0; p < 9; ++p) {
    for (Index q = 0; q < p; ++q) lower.set({q, p}, 1);
  }
  const auto dense = [&](const Var& x) { return reshape(matmul(reshape(x, {-1, 9}), Var(lower)), {-1, 1, 3, 3}); };
  const DependencyMap full = dependency_map(dense, {1, 1, 3, 3}, rng);
  CHECK(full.leaks() == 0);
  CHECK(full.blind() == 0);
  CHECK(full.blind(/*allow_same=*/true) == 9);
}

TEST_CASE("colour groups: a channel may see the ones before it at its own pixel") {
  // 1 x 1 convolution, two feature maps a colour; weight [6, 3]: group b sees colour a where allowed(b, a).
  const auto colours = [](auto allowed) {
    Tensor weight = Tensor::zeros({6, 3, 1, 1});
    for (Index o = 0; o < 6; ++o) {
      for (Index a = 0; a < 3; ++a) weight.set({o, a, 0, 0}, allowed(o / 2, a) ? 1 : 0);
    }
    return [weight](const Var& x) { return conv2d(x, Var(weight)); };
  };
  const auto map_of = [](const std::function<Var(const Var&)>& f) {
    Rng rng(6);
    return dependency_map(f, {1, 3, 2, 2}, rng, {.groups = 3, .slice = 5});
  };
  const DependencyMap a = map_of(colours([](Index b, Index in) { return in < b; }));
  CHECK(a.leaks() == 0);
  const DependencyMap b = map_of(colours([](Index out, Index in) { return in <= out; }));
  CHECK(b.leaks() == 3 * 4);
  CHECK(b.leaks(true) == 0);
  const DependencyMap wrong = map_of(colours([](Index out, Index in) { return in < out || (out == 1 && in == 2); }));
  CHECK(wrong.leaks(true) == 4);
  CHECK(wrong.first_leak(true) == "output (0, 0) group 1 depends on input (0, 0) group 2");
  CHECK(pattern(a.reach(1, 0, 2, 0)) == std::vector<Real>{0, 0, 1, 0});
  CHECK(pattern(a.reach(1, 0, 0, 2)) == std::vector<Real>{0, 0, 0, 0});
}

TEST_CASE("a map leaves the parameters' gradients alone, and slices do not change it") {
  const Var weight(random_weight({1, 1, 3, 3}), true);
  const auto f = [&](const Var& x) { return conv2d(x, weight, {}, {.padding = 1}); };
  Rng rng(7);
  const DependencyMap one = dependency_map(f, {1, 1, 3, 3}, rng, {.slice = 4});
  CHECK_FALSE(weight.grad().defined());
  CHECK(one.leaks(true) == dependency_map(f, {1, 1, 3, 3}, rng, {.slice = 100}).leaks(true));
}

TEST_CASE("a function that ignores its input reaches nothing; a gradient that is NaN counts as a leak") {
  Rng rng(8);
  const auto constant = [](const Var& x) { return Var(Tensor::ones(x.shape())); };
  const DependencyMap none = dependency_map(constant, {1, 1, 2, 2}, rng);
  CHECK(none.leaks() == 0);
  CHECK(none.blind() == 6);
  const auto roots = [](const Var& x) { return sqrt(x - abs(x)); };  // NaN below 0, infinite slope at 0
  CHECK(dependency_map(roots, {1, 1, 2, 2}, rng).leaks() > 0);
}

TEST_CASE("a strided layer has a receptive field too; wrong shapes are named") {
  const Var weight(random_weight({2, 1, 2, 2}));
  const auto half = [&](const Var& x) { return conv2d(x, weight, {}, {.stride = 2}); };
  Rng rng(9);
  CHECK(pattern(receptive_field(half, {1, 1, 4, 4}, 1, 0, rng)) == std::vector<Real>{0, 0, 0, 0,  //
                                                                                     0, 0, 0, 0,  //
                                                                                     1, 1, 0, 0,  //
                                                                                     1, 1, 0, 0});
  CHECK_THROWS_WITH_AS(receptive_field(half, {1, 1, 4, 4}, 2, 0, rng),
                       doctest::Contains("receptive_field: pixel (2, 0) is outside of the output"), Error);
  CHECK_THROWS_WITH_AS(dependency_map(half, {4, 4}, rng), doctest::Contains("dependency_map: image is [4, 4]"), Error);
  CHECK_THROWS_WITH_AS(dependency_map(half, {1, 1, 4, 4}, rng), doctest::Contains("f(image) is [16, 2, 2, 2]"), Error);
  CHECK_THROWS_WITH_AS(dependency_map(masked_conv(9, random_weight({1, 2, 3, 3})), {1, 2, 3, 3}, rng, {.groups = 3}),
                       doctest::Contains("must divide into 3 groups"), Error);
}

TEST_CASE("on given images the field is theirs: a relu that is shut there hides what lies behind it") {
  const auto f = [](const Var& x) { return relu(masked_conv(4, Tensor::ones({1, 1, 3, 3}))(x)); };
  Rng rng(3);
  const Tensor ink = Tensor::ones({2, 1, 5, 6});
  CHECK(pattern(receptive_field(f, ink, 2, 3, rng)) == pattern(receptive_field(f, kImage, 2, 3, rng)));
  CHECK(pattern(receptive_field(f, -ink, 2, 3, rng)) == std::vector<Real>(30, 0));
}
