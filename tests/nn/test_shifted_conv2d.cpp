// Convolutions whose window ends at the pixel: what they see, the sizes they give, and how they are calibrated.
#include "autograd/dependency_map.h"
#include "autograd/ops.h"
#include "nn/gated_residual.h"
#include "tensor/elementwise.h"
#include "tensor/normalize.h"
#include "tensor/reduce.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

namespace {

constexpr Shift kDown = Shift::kDown, kDownRight = Shift::kDownRight;

// The pixels of a 5 x 5 image that output pixel (2, 2) of the layer sees.
Tensor seen_by_the_middle(Module& layer) {
  Rng rng(1);
  layer.reset_parameters(rng);
  const Tensor map = dependency_map([&](const Var& x) { return layer(x); }, {1, 2, 5, 5}, rng).reach(2, 2);
  return greater(map, Tensor::scalar(0));
}

}  // namespace

TEST_CASE("a shifted convolution sees its row and the rows above: both sides, or what is left of the pixel") {
  ShiftedConv2d down(kDown, 2, 3, {2, 3}), down_right(kDownRight, 2, 3, {2, 2});
  CHECK(identical(seen_by_the_middle(down), Tensor::from({0, 0, 0, 0, 0, /**/ 0, 1, 1, 1, 0, /**/ 0, 1, 1, 1, 0,
                                                          /**/ 0, 0, 0, 0, 0, /**/ 0, 0, 0, 0, 0}, {5, 5})));
  CHECK(identical(seen_by_the_middle(down_right), Tensor::from({0, 0, 0, 0, 0, /**/ 0, 1, 1, 0, 0, /**/ 0, 1, 1, 0, 0,
                                                                /**/ 0, 0, 0, 0, 0, /**/ 0, 0, 0, 0, 0}, {5, 5})));
}

TEST_CASE("half the rows and columns and back: any size returns, and no window reaches ahead") {
  Rng rng(2);
  for (const Shift shift : {kDown, kDownRight}) {
    ShiftedConv2d half(shift, 2, 3, shift == kDown ? Size2(2, 3) : Size2(2), {.stride = 2});
    ShiftedConvTranspose2d twice(shift, 3, 2);
    half.reset_parameters(rng);
    twice.reset_parameters(rng);
    for (const Size2 size : {Size2(1, 1), Size2(2, 5), Size2(5, 4), Size2(7, 7)}) {
      const Tensor x = rng.normal({1, 2, size.h, size.w});
      CHECK(half(x).shape() == Shape{1, 3, (size.h + 1) / 2, (size.w + 1) / 2});
      CHECK(twice.to_size(half(x), size).shape() == x.shape());
    }
    const auto there_and_back = [&](const Var& x) { return twice.to_size(half(x), {x.size(2), x.size(3)}); };
    const DependencyMap map = dependency_map(there_and_back, {1, 2, 6, 7}, rng);
    if (shift == kDownRight) CHECK(map.leaks(/*allow_same=*/true) == 0);
    for (Index r = 0; r < 6; ++r)  // kDown sees its row to the end, and no row below
      if (r < 5) CHECK(max(map.reach(r, 3).slice(0, r + 1, 6)).item() == 0);
  }
  ShiftedConvTranspose2d twice(kDown, 3, 2);
  twice.reset_parameters(rng);
  CHECK(message_of([&] { twice.to_size(Tensor::zeros({1, 3, 3, 3}), {4, 6}); }) ==
        "ShiftedConvTranspose2d: x is [1, 3, 3, 3] but a stride of 2 does not make it of 4 x 6");
}

TEST_CASE("the weight is as long as g says, for each output, whatever v is") {
  Rng rng(3);
  ShiftedConv2d layer(kDownRight, 4, 5, 2);
  ShiftedConvTranspose2d transposed(kDown, 4, 5);
  layer.reset_parameters(rng);
  transposed.reset_parameters(rng);
  layer.weight_g.mutable_value() = Tensor::from({1, 2, 3, 4, 5}, {5, 1, 1, 1});
  transposed.weight_g.mutable_value() = Tensor::from({1, 2, 3, 4, 5}, {1, 5, 1, 1});
  const Tensor expected = Tensor::from({1, 2, 3, 4, 5});
  CHECK(allclose(sqrt(sum(square(layer.weight().value()), {1, 2, 3})), expected));
  CHECK(allclose(sqrt(sum(square(transposed.weight().value()), {0, 2, 3})), expected));
}

TEST_CASE("calibration: mean 0 and the gain as deviation in every output, on the first x and no other") {
  Rng rng(4);
  const Tensor x = rng.normal({8, 4, 6, 6}) * Real(3) + Real(1), other = rng.normal({8, 4, 6, 6});
  const auto check = [&](WeightNormed& layer, double gain) {
    layer.reset_parameters(rng);
    const Tensor direction = layer.weight_v.value().clone();
    layer.calibrate_next();
    const ChannelMoments seen = channel_moments(layer(x).value());
    CHECK(max(abs(seen.mean)).item() < 1e-5);
    CHECK(allclose(sqrt(seen.variance), Tensor::full({5}, static_cast<Real>(gain)), 1e-4));
    CHECK(identical(layer.weight_v.value(), direction));
    layer(other);
    CHECK(max(abs(channel_moments(layer(x).value()).mean)).item() < 1e-5);
  };
  ShiftedConv2d layer(kDown, 4, 5, {2, 3}, {.gain = Real(0.1)});
  ShiftedConvTranspose2d transposed(kDownRight, 4, 5);
  check(layer, 0.1);
  check(transposed, 1);
  ShiftedConv2d blank(kDown, 4, 5, 1);  // its outputs are the same everywhere
  blank.reset_parameters(rng);
  blank.calibrate_next();
  blank(Tensor::zeros({2, 4, 3, 3}));
  CHECK(identical(blank.weight_g.value(), Tensor::ones(blank.weight_g.shape())));
}

TEST_CASE("a gated residual block: dropout in training alone, and a side input where it was declared") {
  Rng rng(5), drops(6);
  GatedResidual block(kDown, 4, {2, 3}, {.dropout = {Real(0.5), &drops}});
  block.reset_parameters(rng);
  const Tensor x = rng.normal({1, 4, 5, 5});
  CHECK_FALSE(identical(block(x).value(), block(x).value()));
  block.eval();
  CHECK(identical(block(x).value(), block(x).value()));
  CHECK(message_of([&] { block.run(x, x); }).starts_with("GatedResidual: a side input is given but the block has"));
  GatedResidual sided(kDown, 4, {2, 3}, {.side = 2});
  sided.reset_parameters(rng);
  CHECK(message_of([&] { sided(x); }).starts_with("GatedResidual: the block's side input is missing"));
}
